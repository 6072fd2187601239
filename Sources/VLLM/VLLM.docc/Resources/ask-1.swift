// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

let llm = try await LLM(model: "models/Qwen2.5-0.5B-Instruct")
print(llm.info.architecture, llm.info.maxModelLen)
