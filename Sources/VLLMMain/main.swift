// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCommand

await Program.main()
