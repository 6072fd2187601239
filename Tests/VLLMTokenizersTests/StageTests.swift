// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct StageTests {
    @Test("Normalizers give the texts that tokenizers gives")
    func normalizers() throws {
        let goldens = try Fixture.json("stages.json")
        let texts = Fixture.strings(goldens["texts"])
        let cases = try #require(goldens["normalizers"]?.arrayValue)
        #expect(cases.count >= 14)
        for golden in cases {
            let stage = try #require(golden["stage"])
            let tokenizer = try Fixture.tokenizer(part: "normalizer", stage: stage)
            for (text, expected) in zip(texts, Fixture.strings(golden["outputs"])) {
                let output = try tokenizer.normalize(text)
                #expect(
                    same(output, expected),
                    "\(JSONWriter().string(stage)): \(text.debugDescription) gave \(output.debugDescription)")
            }
        }
    }

    @Test("Pre-tokenizers and patterns give the words that tokenizers gives")
    func preTokenizers() throws {
        let goldens = try Fixture.json("stages.json")
        let texts = Fixture.strings(goldens["texts"])
        let cases = try #require(goldens["pre_tokenizers"]?.arrayValue)
        #expect(cases.count >= 60)
        for golden in cases {
            let stage = try #require(golden["stage"])
            let tokenizer = try Fixture.tokenizer(part: "pre_tokenizer", stage: stage)
            for (text, expected) in zip(texts, golden["outputs"]?.arrayValue ?? []) {
                let words = try tokenizer.words(of: text)
                let golden = Fixture.strings(expected)
                #expect(
                    words.elementsEqual(golden, by: same),
                    "\(JSONWriter().string(stage)): \(text.debugDescription) gave \(words), not \(golden)")
            }
        }
    }
}
