// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ExamplePlugIns
import VLLMCommand

// First, for the engine's own process is this program once more and passes here too.
ExamplePlugIns.register()
await Program.main()
