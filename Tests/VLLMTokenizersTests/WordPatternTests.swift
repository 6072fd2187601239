// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMTokenizers

@Suite
struct WordPatternTests {
    private func tokenizer(_ pattern: String) throws -> Tokenizer {
        try Tokenizer(.byteLevel(vocabulary: TokenList(), merges: MergeList(), pattern: pattern))
    }

    @Test(
        "A hand-written scanner cuts random text as PCRE2 does with the pattern",
        arguments: [WordPattern.gpt2, WordPattern.llama3, WordPattern.qwen2, WordPattern.qwen35])
    func scannersEqualPatterns(pattern: String) throws {
        let scanner = try tokenizer(pattern)
        // In a group, the pattern is none that a scanner is known for.
        let expression = try tokenizer("(?:\(pattern))")
        var random = Random(seed: 20_250_102)
        for _ in 0..<1500 {
            let text = random.text(pieces: Int.random(in: 1...12, using: &random))
            let words = try scanner.words(of: text)
            #expect(words.elementsEqual(try expression.words(of: text), by: same), "\(text.debugDescription)")
            #expect(same(words.joined(), text))
        }
    }

    @Test("A pattern that backtracks without end is an error")
    func backtracking() throws {
        let tokenizer = try tokenizer("(?:a+)+$")
        #expect(throws: TokenizerError.self) {
            _ = try tokenizer.words(of: String(repeating: "a", count: 5000) + "b")
        }
    }
}
