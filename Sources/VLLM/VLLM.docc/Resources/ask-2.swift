// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

let llm = try await LLM(model: "models/Qwen2.5-0.5B-Instruct")
let answer = try await llm.chat([.user("What is 7 times 6?")])
print(answer.outputs[0].text)
