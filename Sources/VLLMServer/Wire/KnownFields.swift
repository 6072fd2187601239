// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The fields of requests that mean something; all others are accepted and change nothing.
enum KnownFields {
    private static let common: Set<String> = Set(UnsupportedField.common.map(\.name)).union([
        "model", "stream", "stream_options", "n", "temperature", "top_p", "top_k", "min_p",
        "presence_penalty",
        "frequency_penalty", "repetition_penalty", "length_penalty", "min_tokens", "max_tokens", "seed",
        "stop",
        "stop_token_ids", "ignore_eos", "include_stop_str_in_output", "skip_special_tokens", "logit_bias",
        "allowed_token_ids", "bad_words", "logprobs", "prompt_logprobs", "echo", "request_id", "priority",
        "cache_salt", "return_token_ids", "return_tokens_as_token_ids", "add_special_tokens",
        "logits_processors", "sampler", "vllm_xargs", "truncate_prompt_tokens", "truncation_side",
    ])

    static let completion = common.union(UnsupportedField.completion.map(\.name)).union(["prompt"])

    static let chat = common.union(UnsupportedField.chat.map(\.name)).union([
        "messages", "tools", "tool_choice", "documents", "add_generation_prompt", "continue_final_message",
        "chat_template", "chat_template_kwargs", "reasoning_effort", "top_logprobs", "max_completion_tokens",
        "return_prompt_text", "include_reasoning", "parallel_tool_calls",
    ])
}
