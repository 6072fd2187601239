// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMTokenizers

@Suite
struct GGUFVocabularyTests {
    /// A byte-level vocabulary of the bytes alone.
    private func bytes(pre: String?) -> GGUFVocabulary {
        let printable = (33...126).map { UInt32($0) } + (161...172).map { $0 } + (174...255).map { $0 }
        let others = (0..<(256 - printable.count)).map { UInt32(256 + $0) }
        let tokens = (printable + others).compactMap(Unicode.Scalar.init).map { String(Character($0)) }
        var vocabulary = GGUFVocabulary(model: "gpt2", tokens: tokens)
        vocabulary.pre = pre
        return vocabulary
    }

    @Test(
        "Every name of a pre-tokenizer gives a tokenizer that loses nothing",
        arguments: GGUFVocabulary.preTokenizers)
    func preTokenizers(name: String) throws {
        let tokenizer = try Tokenizer(try bytes(pre: name).definition())
        let text = "Hello, WORLD's été 12345 漢字かな\n\n  \t x😀 <sentinel:3>"
        let ids = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(same(tokenizer.decode(ids), text))
        #expect(try tokenizer.words(of: text).joined().utf8.count == text.utf8.count)
    }

    @Test("Names that are often met cut as the published patterns do")
    func words() throws {
        for (name, text, words) in [
            ("llama-bpe", "12345 We'LL", ["123", "45", " We", "'LL"]),
            ("qwen2", "123 ab", ["1", "2", "3", " ab"]),
            ("gpt-4o", "camelCase HTTPServer", ["camel", "Case", " HTTPServer"]),
            ("tekken", "camelCase 12", ["camel", "Case", " ", "1", "2"]),
            ("deepseek-v3", "漢字kana1234", ["漢字", "kana", "123", "4"]),
            ("starcoder", "a12 b", ["a", "1", "2", " b"]),
            ("falcon", "a1234, b", ["a", "123", "4", ",", " b"]),
            ("deepseek-llm", "ab1\ncd", ["ab", "1", "\n", "cd"]),
            ("default", "a12, b", ["a", "12", ",", " b"]),
        ] {
            let tokenizer = try Tokenizer(try bytes(pre: name).definition())
            #expect(try tokenizer.words(of: text) == words, "\(name)")
        }
    }

    @Test("What is not known is refused by name")
    func unknown() {
        for (vocabulary, place) in [
            (GGUFVocabulary(model: "rwkv", tokens: []), "rwkv"), (bytes(pre: "sentence-9"), "sentence-9"),
            (GGUFVocabulary(model: "llama", tokens: ["a"]), "scores"),
            (GGUFVocabulary(model: "bert", tokens: ["a"]), "unknown_token_id"),
        ] {
            do {
                _ = try vocabulary.definition()
                Issue.record("no error for \(place)")
            } catch {
                #expect("\(error)".contains(place), "\(error)")
            }
        }
    }

    @Test("Lists that do not fit and ids that are not there are errors")
    func lists() {
        func fails(_ change: (inout GGUFVocabulary) -> Void) {
            var vocabulary = GGUFVocabulary(model: "llama", tokens: ["<unk>", "a"])
            vocabulary.scores = [0, -1]
            vocabulary.unknownID = 0
            #expect(throws: Never.self) { _ = try Tokenizer(try vocabulary.definition()) }
            change(&vocabulary)
            #expect(throws: TokenizerError.self) { _ = try Tokenizer(try vocabulary.definition()) }
        }
        fails { $0.scores = [0] }
        fails { $0.scores = [0, .nan] }
        fails { $0.tokenTypes = [1] }
        fails { $0.tokenTypes = [2, 77] }
        fails { $0.tokenTypes = [2, -1] }
        fails { $0.beginningOfSequenceID = 2 }
        fails { $0.endOfSequenceID = -1 }
        fails { $0.precompiledCharacterMap = [9, 9, 9, 9, 9] }
    }

    @Test("Tokens that begin with a mark, or are canonically equivalent to others, stay what they are")
    func marks() throws {
        var bert = GGUFVocabulary(
            model: "bert", tokens: ["[UNK]", "▁\u{93E}", "\u{93E}", "▁[x]", "[y]", "▁a"])
        bert.unknownID = 0
        bert.tokenTypes = [3, 1, 1, 1, 1, 1]
        let tokenizer = try Tokenizer(try bert.definition())
        #expect(
            (1...5).map { tokenizer.token(for: $0) ?? "" }.elementsEqual(
                ["\u{93E}", "##\u{93E}", "[x]", "[y]", "a"], by: same))
        #expect(try tokenizer.encode("a\u{93E} \u{93E}", addSpecialTokens: false) == [5, 2, 1])
        var greek = GGUFVocabulary(model: "llama", tokens: ["<unk>", "\u{3AF}", "\u{1F77}", "▁"])
        greek.scores = [0, -1, -2, -3]
        greek.unknownID = 0
        #expect(
            try Tokenizer(try greek.definition()).encode("\u{1F77}\u{3AF}", addSpecialTokens: false) == [
                3, 2, 1,
            ])
    }

    @Test("Beginning and end of a sequence stand where the file, or else the model, says")
    func ends() throws {
        var vocabulary = GGUFVocabulary(model: "llama", tokens: ["<unk>", "<s>", "</s>", "▁a"])
        vocabulary.scores = [0, 0, 0, -1]
        vocabulary.tokenTypes = [2, 3, 3, 1]
        (vocabulary.unknownID, vocabulary.beginningOfSequenceID, vocabulary.endOfSequenceID) = (0, 1, 2)
        #expect(try Tokenizer(try vocabulary.definition()).encode("a") == [1, 3])
        vocabulary.addsEndOfSequence = true
        vocabulary.addsBeginningOfSequence = false
        #expect(try Tokenizer(try vocabulary.definition()).encode("a") == [3, 2])
        vocabulary.model = "t5"
        vocabulary.addsSpacePrefix = true
        #expect(try Tokenizer(try vocabulary.definition()).encode("a") == [3, 2])
    }
}
