// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

let llm = try await LLM(model: "models/Qwen2.5-0.5B-Instruct")
let prompts: [Prompt] = ["The capital of France is", "The capital of Italy is", "The capital of Spain is"]
for output in try await llm.generate(prompts, SamplingParams(temperature: 0, maxTokens: 8)) {
    print(output.outputs[0].text)
}
