// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// A documented parameter that this server does not implement, and the values at which that makes no difference.
struct UnsupportedField {
    /// The parameter.
    let name: String
    /// What is missing.
    let reason: String
    /// True for a value that asks for nothing.
    let isNeutral: @Sendable (JSONValue) -> Bool

    init(_ name: String, _ reason: String, neutral: @escaping @Sendable (JSONValue) -> Bool = { _ in false })
    {
        self.name = name
        self.reason = reason
        isNeutral = neutral
    }

    /// Throws for the first parameter that asks for something that is not there.
    static func check(_ body: JSONObject, against fields: [UnsupportedField]) throws(APIError) {
        for field in fields {
            guard let value = body[field.name], !value.isNull, !isEmpty(value), !field.isNeutral(value) else {
                continue
            }
            throw .badRequest(field.reason, parameter: field.name, value: PythonText.short(value))
        }
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        case .string(let text): text.isEmpty
        default: false
        }
    }

    private static func isFalse(_ value: JSONValue) -> Bool {
        value.boolValue == false || value.intValue == 0
    }
    private static func isTrue(_ value: JSONValue) -> Bool { value.boolValue == true || value.intValue == 1 }
    private static func isOne(_ value: JSONValue) -> Bool { value.doubleValue == 1 }

    private static let grammar = "Structured outputs are not supported yet: leave this parameter out."
    private static let transfer = "Key/value transfer between servers is not supported."

    /// Parameters of completions and of chat.
    static let common: [UnsupportedField] = [
        UnsupportedField("use_beam_search", "Beam search is not supported.", neutral: isFalse),
        UnsupportedField("structured_outputs", grammar),
        UnsupportedField("structural_tag", grammar),
        UnsupportedField("response_format", "Only the response_format of type text is supported.") {
            $0["type"]?.stringValue == "text"
        },
        UnsupportedField(
            "spaces_between_special_tokens", "Special tokens are always separated as the tokenizer says.",
            neutral: isTrue),
        UnsupportedField("logprob_token_ids", "Log-probabilities of chosen token ids are not supported."),
        UnsupportedField("watermarking", "Watermarking is not supported."),
        UnsupportedField("repetition_detection", "Repetition detection is not supported."),
        UnsupportedField("thinking_token_budget", "A thinking budget is not supported.") {
            $0.intValue == -1
        },
        UnsupportedField("kv_transfer_params", transfer), UnsupportedField("ec_transfer_params", transfer),
        UnsupportedField("return_weight_versions", "Weight versions are not supported.", neutral: isFalse),
        UnsupportedField("routed_experts_prompt_start", "Routed experts are not reported.", neutral: isFalse),
        UnsupportedField("stream_interval", "Only a stream_interval of 1 is supported.", neutral: isOne),
        UnsupportedField("lora_request", "LoRA adapters are not supported."),
    ]

    /// Parameters of completions alone.
    static let completion: [UnsupportedField] = [
        UnsupportedField(
            "prompt_embeds", "Prompts as embeddings are not supported: this server takes text and token ids."),
        UnsupportedField("suffix", "suffix is not supported: no fill-in-the-middle model is served."),
        UnsupportedField("best_of", "best_of is not supported; use n.", neutral: isOne),
    ]

    /// Parameters of chat alone.
    static let chat: [UnsupportedField] = [
        UnsupportedField("functions", "functions is not supported; use tools.") { _ in false },
        UnsupportedField("function_call", "function_call is not supported.") { $0.stringValue == "none" },
        UnsupportedField("audio", "Audio output is not supported."),
        UnsupportedField("prediction", "Predicted outputs are not supported."),
        UnsupportedField("web_search_options", "Web search is not supported."),
        UnsupportedField("modalities", "The only output modality is text.") { $0 == ["text"] },
        UnsupportedField("media_io_kwargs", "This model takes text input only."),
        UnsupportedField("mm_processor_kwargs", "This model takes text input only."),
    ]
}
