// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Chat templates that are there without a file, for models that bring none.
public enum BuiltInChatTemplate: String, Sendable, CaseIterable {
    /// `<|im_start|>role … <|im_end|>`, as Qwen and many others do.
    case chatml
    /// `USER: … ASSISTANT: …`, as Vicuna 1.1 does.
    case vicuna
    /// `### Instruction: … ### Response:`, as Stanford Alpaca does.
    case alpaca
    /// `User: … Assistant: …`, for base models that know no format.
    case plain

    /// The template as Jinja.
    public var source: String {
        switch self {
        case .chatml: Self.chatmlSource
        case .vicuna: Self.vicunaSource
        case .alpaca: Self.alpacaSource
        case .plain: Self.plainSource
        }
    }

    /// Text that ends an answer where the model has no token for it.
    var stopStrings: [String] {
        switch self {
        case .chatml: ["<|im_end|>"]
        case .vicuna: ["\nUSER:"]
        case .alpaca: ["\n### Instruction:"]
        case .plain: ["\nUser:"]
        }
    }

    private static let chatmlSource = """
        {%- for message in messages -%}
        {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}
        """

    private static let vicunaSource = """
        {%- for message in messages -%}
        {%- if message['role'] == 'user' -%}{{- 'USER: ' + message['content'] | trim + ' ' -}}
        {%- elif message['role'] == 'assistant' -%}
        {{- 'ASSISTANT: ' + message['content'] | trim + (eos_token | default('')) -}}
        {%- if not loop.last -%}{{- '\\n' -}}{%- endif -%}
        {%- else -%}{{- message['content'] | trim + ' ' -}}{%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- 'ASSISTANT:' -}}{%- endif -%}
        """

    private static let alpacaSource = """
        {%- for message in messages -%}
        {%- if message['role'] == 'user' -%}{{- '### Instruction:\\n' + message['content'] | trim + '\\n\\n' -}}
        {%- elif message['role'] == 'assistant' -%}
        {{- '### Response:\\n' + message['content'] | trim + '\\n\\n' -}}
        {%- else -%}{{- message['content'] | trim + '\\n\\n' -}}{%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '### Response:\\n' -}}{%- endif -%}
        """

    private static let plainSource = """
        {%- for message in messages -%}
        {%- if message['role'] == 'user' -%}{{- 'User: ' + message['content'] | trim + '\\n' -}}
        {%- elif message['role'] == 'assistant' -%}{{- 'Assistant: ' + message['content'] | trim + '\\n' -}}
        {%- else -%}{{- message['content'] | trim + '\\n' -}}{%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- 'Assistant:' -}}{%- endif -%}
        """
}
