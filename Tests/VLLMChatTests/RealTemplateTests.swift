// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMChat
import VLLMTypes

@Suite struct RealTemplateTests {
    /// The folder of real templates, where there is one.
    static let folder = ProcessInfo.processInfo.environment["VLLM_TEST_DATA"].map { $0 + "/templates" }

    @Test(
        .enabled(if: folder != nil, "VLLM_TEST_DATA names no folder"),
        arguments: [
            ("Qwen-Qwen2.5-7B-Instruct", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"),
            ("Qwen-Qwen3-0.6B", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"),
            ("google-gemma-2-2b-it", "<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n"),
            ("microsoft-Phi-3.5-mini-instruct", "<|user|>\nHi<|end|>\n<|assistant|>\n"),
            ("mistralai-Mistral-Nemo-Instruct-2407", "[INST]Hi[/INST]"),
            ("meta-llama-Llama-3.1-8B-Instruct", "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"),
            ("meta-llama-Llama-3.2-3B-Instruct", "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"),
        ])
    func `a real template expects strings and writes its own format`(name: String, text: String) throws {
        let folder = try #require(Self.folder)
        let source = try String(contentsOfFile: "\(folder)/\(name).jinja", encoding: .utf8)
        let tokens = ["bos_token": "<s>", "eos_token": "</s>"]
        let template = try ChatTemplate(source, name: name, specialTokens: tokens)
        #expect(template.contentFormat == .string)
        #expect(try template.render(ChatConversation([.user("Hi")])).contains(text))
    }
}
