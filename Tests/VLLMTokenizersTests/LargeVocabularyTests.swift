// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMTokenizers

/// Published vocabularies with the texts and ids that come with them, from the folder that VLLM_TEST_DATA
/// names.
@Suite(.enabled(if: Fixture.dataFolder != nil, "set VLLM_TEST_DATA to a folder with vocab/*.gguf"))
struct LargeVocabularyTests {
    @Test(
        "Every text has the ids that come with the vocabulary",
        arguments: ["gpt-2", "llama-bpe", "llama-spm", "bert-bge"])
    func textsAndIDs(name: String) throws {
        let path = try #require(Fixture.dataFolder) + "/vocab/ggml-vocab-\(name).gguf"
        let vocabulary = try GGUFVocabularyFile(try Fixture.bytes(path)).vocabulary
        let tokenizer = try Tokenizer(try vocabulary.definition())
        #expect(tokenizer.vocabularySize == vocabulary.tokens.count)
        let separator = "\n__ggml_vocab_test__\n"
        let input = String(decoding: try Fixture.bytes(path + ".inp"), as: UTF8.self)
        let texts = split(Array(input.utf8), at: Array(separator.utf8))
        let lines = String(decoding: try Fixture.bytes(path + ".out"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(texts.count > 30 && lines.count >= texts.count)
        for (text, line) in zip(texts, lines) {
            let expected = line.split(separator: " ").compactMap { Int32($0) }
            let ids = try tokenizer.encode(text, addSpecialTokens: false)
            #expect(ids == expected, "\(text.debugDescription)")
            // BERT's texts lose their case.
            guard name != "bert-bge" else { continue }
            #expect(same(tokenizer.decode(expected, skipSpecialTokens: false), text))
        }
    }

    private func split(_ bytes: [UInt8], at separator: [UInt8]) -> [String] {
        var parts: [String] = []
        var start = 0
        var position = 0
        while position < bytes.count {
            if bytes[position...].starts(with: separator) {
                parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
                position += separator.count
                start = position
            } else {
                position += 1
            }
        }
        return parts
    }
}
