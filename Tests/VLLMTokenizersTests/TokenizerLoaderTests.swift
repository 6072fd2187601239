// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMTokenizers

@Suite
struct TokenizerLoaderTests {
    private func load(_ model: String, _ rest: String = "") throws(TokenizerError) -> Tokenizer {
        let text = "{\"model\": {\"type\": \"BPE\", \(model)}\(rest)}"
        return try Tokenizer(try TokenizerLoader.definition(tokenizerJSON: Array(text.utf8)))
    }

    private let ab = #""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]"#

    @Test(
        "What is wrong in a file is an error that says where",
        arguments: [
            (#""vocab": {"a": 0}, "merges": ["a b"]"#, "", "merges"),
            (#""vocab": {"a": 0}, "merges": ["ab"]"#, "", "merges[0]"),
            (#""vocab": {"a": 0}, "merges": ["a b c"]"#, "", "merges[0]"),
            (#""vocab": {"a": 0, "b": 1}, "merges": ["a b"]"#, "", "ab"),
            (#""vocab": {"a": 99999999}, "merges": []"#, "", "vocabulary"),
            (#""vocab": {"a": 99999999999}, "merges": []"#, "", "id"),
            (#""vocab": {"a": -1}, "merges": []"#, "", "id"),
            (#""vocab": {"a": "x"}, "merges": []"#, "", "id"),
            (#""vocab": {"a: 0}, "merges": []"#, "", "JSON"),
            (#""vocab": {"a": 0}, "merges": [["a"]]"#, "", "JSON"),
            (#""vocab": [["a", -1.5]], "unk_id": 0"#, "", "model"),
            (#""vocab": {}, "merges": []"#, #", "pre_tokenizer": {"type": "Nothing"}"#, "pre_tokenizer"),
            (
                #""vocab": {}, "merges": []"#,
                #", "decoder": {"type": "Sequence", "decoders": [{"type": 3}]}"#, "decoders[0]"
            ),
            (
                #""vocab": {}, "merges": []"#,
                #", "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Removed"}"#,
                "pattern"
            ),
            (
                #""vocab": {}, "merges": []"#,
                #", "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}"#,
                "single[0]"
            ),
        ])
    func malformed(model: String, rest: String, place: String) {
        do {
            _ = try load(model, rest)
            Issue.record("no error for \(model)\(rest)")
        } catch {
            #expect(error.description.contains(place), "\(error)")
        }
    }

    /// The member of a file that holds a sequence of one step sixty times.
    private static func sequence(
        _ type: String, _ list: String, _ step: String, behind first: [String] = []
    ) -> String {
        let steps = (first + Array(repeating: step, count: 60)).joined(separator: ", ")
        return #", "\#(type)": {"type": "Sequence", "\#(list)": [\#(steps)]}"#
    }

    /// A template that doubles the tokens of a text.
    private static let twice =
        #"{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"Sequence": {"id": "A"}}]}"#
    /// A template without the text.
    private static let without =
        #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}], "special_tokens": {"x": {"ids": [1]}}}"#

    /// The member of a file that splits at a pattern.
    private static func split(_ pattern: String) -> String {
        #", "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\#(pattern)"}, "behavior": "Isolated"}"#
    }

    @Test(
        "Steps that would make a short text fill the memory are an error",
        arguments: [
            ("normalizer", sequence("normalizer", "normalizers", #"{"type": "ByteLevel"}"#)),
            (
                "normalizer",
                #", "normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": "\#(String(repeating: "b", count: 2000))"}"#
            ),
            (
                "pre_tokenizer",
                sequence(
                    "pre_tokenizer", "pretokenizers",
                    #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"#)
            ),
            ("post_processor", sequence("post_processor", "processors", twice)),
            ("post_processor", sequence("post_processor", "processors", twice, behind: [without])),
            (
                "single[300]",
                #", "post_processor": {"type": "TemplateProcessing", "single": [\#(Array(repeating: #"{"SpecialToken": {"id": "x"}}"#, count: 400).joined(separator: ", "))], "special_tokens": {"x": {"ids": [\#(Array(repeating: "1", count: 218).joined(separator: ", "))]}}}"#
            ),
            ("pattern", split("(a)" + String(repeating: "{1}+", count: 100_000))),
        ])
    func growth(place: String, rest: String) {
        do {
            _ = try load(ab, rest)
            Issue.record("no error for \(rest.prefix(80))")
        } catch {
            #expect(error.description.contains(place), "\(error)")
        }
    }

    @Test("Classes are read once however deep they are nested")
    func nestedClasses() throws {
        let pattern = String(repeating: "[^", count: 31) + "a" + String(repeating: "]", count: 31)
        #expect(try load(ab, Self.split(pattern)).words(of: "ab") == ["a", "b"])
    }

    @Test("A file cut off anywhere is an error, never a trap")
    func truncated() throws {
        let whole = try Fixture.bytes(Fixture.folder + "plain.tokenizer.json")
        for count in 0..<whole.count - 2 {
            #expect(throws: TokenizerError.self) {
                _ = try TokenizerLoader.definition(tokenizerJSON: Array(whole[..<count]))
            }
        }
    }

    @Test("Bytes changed at random are an error or another tokenizer, never a trap")
    func corrupted() throws {
        let whole = try Fixture.bytes(Fixture.folder + "qwen2.tokenizer.json")
        var random = Random(seed: 7)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<3 {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                bytes[at] = UInt8.random(in: 0...255, using: &random)
            }
            guard let definition = try? TokenizerLoader.definition(tokenizerJSON: bytes),
                let tokenizer = try? Tokenizer(definition)
            else { continue }
            let ids = (try? tokenizer.encode("Hello <|end|> 好\n")) ?? []
            _ = tokenizer.decode(ids)
        }
    }

    @Test("Equal tokens and ids are tolerated: the last token wins, the first names the id")
    func duplicates() throws {
        let tokenizer = try load(#""vocab": {"a": 0, "b": 1, "a": 3, "ab": 1}, "merges": []"#)
        #expect(try tokenizer.encode("ab") == [3, 1])
        #expect(tokenizer.token(for: 1) == "b")
    }

    @Test("An unknown token that the vocabulary lacks is an error only when it is needed")
    func missingUnknown() throws {
        let tokenizer = try load(ab + #", "unk_token": "<unk>""#)
        #expect(try tokenizer.encode("ab") == [2])
        #expect(throws: TokenizerError.self) { try tokenizer.encode("c") }
    }

    @Test("Merges are read as lines and as pairs")
    func mergeForms() throws {
        let pairs = try load(#""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]"#)
        #expect(try pairs.encode("aabb") == (try load(ab).encode("aabb")))
        #expect(try pairs.encode("ab") == [2])
    }

    @Test("A configuration adds tokens, roles and the template")
    func configuration() throws {
        let text = "{\"model\": {\"type\": \"BPE\", \(ab)}}"
        let configuration = #"""
            {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null, "add_bos_token": true,
             "added_tokens_decoder": {"4": {"content": "</s>", "special": true}, "3": {"content": "<s>", "special": true}},
             "extra_special_tokens": ["<x>"]}
            """#
        let definition = try TokenizerLoader.definition(
            tokenizerJSON: Array(text.utf8), configuration: Array(configuration.utf8))
        let tokenizer = try Tokenizer(definition)
        #expect(
            tokenizer.beginningOfSequenceID == 3 && tokenizer.endOfSequenceID == 4
                && tokenizer.paddingID == nil)
        #expect(tokenizer.specialTokenIDs == [3, 4, 5])
        #expect(try tokenizer.encode("ab</s>") == [3, 2, 4])
        #expect(try tokenizer.encode("ab", addSpecialTokens: false) == [2])
    }

    @Test("GPT-2's two files give what tokenizer.json gives")
    func twoFiles() throws {
        let vocabulary = #"{"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120ab": 4, "<|endoftext|>": 5}"#
        let merges = "#version: 0.2\na b\r\n\u{120} ab\n"
        let definition = try TokenizerLoader.definition(
            vocabularyJSON: Array(vocabulary.utf8), merges: Array(merges.utf8))
        let tokenizer = try Tokenizer(definition)
        #expect(try tokenizer.encode("ab ab<|endoftext|>") == [2, 4, 5])
        #expect(tokenizer.endOfSequenceID == 5 && tokenizer.isSpecial(5))
        #expect(tokenizer.decode([2, 4, 5]) == "ab ab")
        #expect(throws: TokenizerError.self) {
            _ = try TokenizerLoader.definition(
                vocabularyJSON: Array(vocabulary.utf8), merges: Array("a b c".utf8))
        }
    }

    @Test(
        "The class in the configuration says how two files' words are cut; one that is not known is refused")
    func twoFilesOfAClass() throws {
        let vocabulary = Array(#"{"1": 0, "2": 1, "12": 2, "a": 3, "\u0120": 4, "\u0120a": 5}"#.utf8)
        let merges = Array("1 2\n\u{120} a\n".utf8)
        func encode(_ text: String, _ configuration: String) throws -> [Int32] {
            try Tokenizer(
                TokenizerLoader.definition(
                    vocabularyJSON: vocabulary, merges: merges, configuration: Array(configuration.utf8))
            ).encode(text)
        }
        #expect(try encode("12", #"{"tokenizer_class": "GPT2Tokenizer"}"#) == [2])
        #expect(try encode("12", #"{"tokenizer_class": "Qwen2TokenizerFast"}"#) == [0, 1])
        #expect(try encode("a", #"{"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true}"#) == [5])
        #expect(throws: TokenizerError.self) { try encode("a", #"{"tokenizer_class": "OtherTokenizer"}"#) }
    }

    @Test("Merges that stand twice or lead back to a part end all the same")
    func cycle() throws {
        let twice = try load(#""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b", "a b"]"#)
        #expect(try twice.encode("abab") == [2, 2])
        let back = try load(#""vocab": {"a": 0, "b": 1, "ab": 0, "ba": 1}, "merges": ["a b", "b a"]"#)
        #expect(try back.encode(String(repeating: "ab", count: 5000)).count < 10_000)
    }

    @Test(
        "What is wrong with a vocabulary that has scores, or with word pieces, is an error that says where",
        arguments: [
            (#""type": "Unigram", "vocab": {"a": 0}"#, "model"),
            (#""type": "Unigram", "vocab": [["a"]]"#, "JSON"),
            (#""type": "Unigram", "vocab": [["a", "b"]]"#, "number"),
            (#""type": "Unigram", "vocab": [["a", 1e999]]"#, "summed"),
            (#""type": "Unigram", "vocab": [["a", -1]], "unk_id": 7"#, "unknown token"),
            (#""type": "Unigram", "vocab": [["a", -1]], "unk_id": -7"#, "unk_id"),
            (#""type": "WordPiece", "vocab": [["a", -1]]"#, "model"),
            (#""type": "WordLevel", "vocab": {"a": 0}"#, "WordLevel"),
        ])
    func malformedModels(model: String, place: String) {
        do {
            let text = "{\"model\": {\(model)}}"
            _ = try Tokenizer(try TokenizerLoader.definition(tokenizerJSON: Array(text.utf8)))
            Issue.record("no error for \(model)")
        } catch {
            #expect("\(error)".contains(place), "\(error)")
        }
    }

    @Test("Without an unknown token, a character that no token has is an error")
    func noUnknown() throws {
        let text = #"{"model": {"type": "Unigram", "vocab": [["a", -1]]}}"#
        let tokenizer = try Tokenizer(try TokenizerLoader.definition(tokenizerJSON: Array(text.utf8)))
        #expect(try tokenizer.encode("aa") == [0, 0])
        #expect(throws: TokenizerError.self) { try tokenizer.encode("ab") }
    }

    @Test("Escapes in a vocabulary are read as JSON defines them")
    func escapes() throws {
        let tokenizer = try load(
            #""vocab": {"\ud83d\ude00": 0, "\"\\\/\n": 1, "\ud83dx": 2, "é": 3}, "merges": []"#)
        #expect(tokenizer.token(for: 0) == "😀")
        #expect(tokenizer.token(for: 1) == "\"\\/\n")
        #expect(tokenizer.token(for: 2) == "\u{FFFD}x")
        #expect(tokenizer.token(for: 3) == "\u{E9}")
    }
}
