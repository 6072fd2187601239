// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Registry {
    /// The random checkpoints of Tests/Fixtures/models and the architectures that they prove, as
    /// `Scripts/check-tables --fix` writes them.
    package static let fixtures: [(architecture: String, checkpoint: String)] = [
        ("GPT2LMHeadModel", "gpt2"),
        ("GPT2LMHeadModel", "gpt2-bare"),
        ("Glm4MoeForCausalLM", "glm4-moe"),
        ("LlamaForCausalLM", "llama"),
        ("LlamaForCausalLM", "llama-linear"),
        ("LlamaForCausalLM", "llama-mha-bias"),
        ("LlamaForCausalLM", "llama-odd"),
        ("LlamaForCausalLM", "llama-tied-llama3"),
        ("MixtralForCausalLM", "mixtral"),
        ("PhiForCausalLM", "phi"),
        ("PhiForCausalLM", "phi-wide"),
        ("Qwen2ForCausalLM", "qwen2"),
        ("Qwen2ForCausalLM", "qwen2-window"),
        ("Qwen2MoeForCausalLM", "qwen2-moe"),
        ("Qwen3ForCausalLM", "qwen3"),
        ("Qwen3MoeForCausalLM", "qwen3-moe"),
    ]
}
