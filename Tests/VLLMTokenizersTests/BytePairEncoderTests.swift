// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct BytePairEncoderTests {
    @Test("Short and long words are merged as the definition says, lowest rank and leftmost first")
    func equalsReference() throws {
        let model = try #require(try Fixture.json("gpt2.tokenizer.json")["model"])
        let merges = try #require(model["merges"]?.arrayValue)
        var ranks: [[String]: Int] = [:]
        for (rank, merge) in merges.enumerated() { ranks[Fixture.strings(merge)] = rank }
        // Without a pattern the whole text is one word.
        var definition = try TokenizerLoader.definition(
            tokenizerJSON: try Fixture.bytes(Fixture.folder + "gpt2.tokenizer.json"))
        definition.preTokenizer = .byteLevel(addPrefixSpace: false, useRegex: false)
        let tokenizer = try Tokenizer(definition)
        var random = Random(seed: 11)
        let letters = Array("aeinorstthe lmd.")
        for _ in 0..<150 {
            let count = Int.random(in: 1...260, using: &random)
            let text = String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" })
            let expected = reference(text.map { $0 == " " ? "Ġ" : String($0) }, ranks)
            let tokens = try tokenizer.encode(text).compactMap { tokenizer.token(for: $0) }
            #expect(tokens == expected, "\(text)")
        }
    }

    private func reference(_ characters: [String], _ ranks: [[String]: Int]) -> [String] {
        var symbols = characters
        while true {
            let pairs = zip(symbols, symbols.dropFirst()).map { ranks[[$0, $1]] ?? .max }
            guard let best = pairs.min(), best != .max, let at = pairs.firstIndex(of: best) else {
                return symbols
            }
            symbols[at] += symbols[at + 1]
            symbols.remove(at: at + 1)
        }
    }

    @Test("Characters merged ahead of their neighbours give what merging by rank alone gives")
    func charactersFirst() throws {
        // "é" is C3 A9. The space joins its first byte before, or after, the two bytes join.
        for (order, expected) in [
            (["Ġ Ã", "Ã ©"], ["ĠÃ", "©"]), (["Ã ©", "Ġ Ã"], ["Ġ", "Ã©"]), (["Ã ©", "Ġ Ã©"], ["ĠÃ©"]),
            (["© x", "Ã ©"], ["Ġ", "Ã", "©x"]), (["Ã ©", "© x"], ["Ġ", "Ã©"]),
        ] {
            var vocabulary = ["Ġ", "Ã", "©", "x"]
            var merges = MergeList()
            for line in order {
                vocabulary.append(line.filter { $0 != " " })
                try merges.append(line: Array(line.utf8), context: "merges")
            }
            let tokenizer = try Tokenizer(
                .byteLevel(vocabulary: TokenList(vocabulary), merges: merges, pattern: "z"))
            // A character is merged ahead when it is seen again, in a word that is not remembered.
            for count in 1...4 {
                let text = " é" + String(repeating: "x", count: count)
                let tokens = try tokenizer.encode(text).compactMap { tokenizer.token(for: $0) }
                let rest = expected.last?.hasSuffix("x") == true ? count - 1 : count
                #expect(tokens == expected + [String](repeating: "x", count: rest), "\(order)")
            }
        }
    }
}
