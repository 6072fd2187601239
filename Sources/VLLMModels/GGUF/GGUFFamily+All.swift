// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension GGUFFamily {
    /// The families whose GGUF files are read, one line each.
    static let all: [GGUFFamily] = [
        .baichuan,
        .chatGLM,
        .cohere2,
        .commandR,
        .deepSeek2,
        .falcon,
        .gemma,
        .gemma2,
        .gemma3,
        .glm4,
        .glm4MoE,
        .gpt2,
        .gptJ,
        .gptNeoX,
        .gptOss,
        .granite,
        .llama,
        .olmo2,
        .olmoE,
        .phi2,
        .phi3,
        .qwen,
        .qwen2,
        .qwen2MoE,
        .qwen3,
        .qwen3MoE,
        .stableLM,
        .starCoder2,
    ]
}
