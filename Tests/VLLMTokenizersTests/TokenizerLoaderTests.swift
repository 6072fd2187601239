// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct TokenizerLoaderTests {
    private func load(_ model: String, _ rest: String = "") throws(TokenizerError) -> Tokenizer {
        let text = "{\"model\": {\"type\": \"BPE\", \(model)}\(rest)}"
        return try Tokenizer(try TokenizerLoader.definition(tokenizerJSON: Array(text.utf8)))
    }

    private static let ab = #""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]"#

    @Test(
        "What is wrong in a file is an error that says where",
        arguments: [
            (#""vocab": {"a": 0}, "merges": ["a b"]"#, "", "merges"),
            (#""vocab": {"a": 0}, "merges": ["ab"]"#, "", "merges[0]"),
            (#""vocab": {"a": 0}, "merges": ["a b c"]"#, "", "merges[0]"),
            (#""vocab": {"a": 0, "b": 1}, "merges": ["a b"]"#, "", "ab"),
            (#""vocab": {"a": 99999999}, "merges": []"#, "", #"the id of the token "a" is none"#),
            (
                #""vocab": {"a": 1099511627776}, "merges": []"#, "",
                #"tokenizer.json: byte 41 (line 1, column 42): the id of the token "a" is none; expected a whole number in 0...8388607, found 1099511627776"#
            ),
            (
                #""vocab": {"b": 0, "a": -1}, "merges": []"#, "",
                #""a" is none; expected a whole number in 0...8388607, found -1"#
            ),
            (#""vocab": {"a": 1.5}, "merges": []"#, "", "found 1.5"),
            (#""vocab": {"a": "x"}, "merges": []"#, "", #"found "x""#),
            (
                #""vocab": {"a": 0, "b": 1, "c": 0}, "merges": []"#, "",
                #"two tokens have the id 0; found "a" and "c""#
            ),
            (
                #""vocab": {"a": 0, "b": 1, "b": 0}, "merges": []"#, "",
                #"two tokens have the id 0; found "a" and "b""#
            ),
            (
                ab + #", "unk_token": "<unk>""#, "",
                #"model.unk_token: the token for what is not known is not in the vocabulary; expected one of its 3 tokens, found "<unk>""#
            ),
            (ab, #", "decoder": {"type": 1e999}"#, "'decoder.type' is 1e999, beyond the range of a double"),
            (
                ab, #", "decoder": {"type": x}"#,
                "byte 102 (line 1, column 103): malformed JSON: expected a value"
            ),
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
            _ = try load(Self.ab, rest)
            Issue.record("no error for \(rest.prefix(80))")
        } catch {
            #expect(error.description.contains(place), "\(error)")
        }
    }

    @Test("Classes are read once however deep they are nested")
    func nestedClasses() throws {
        let pattern = String(repeating: "[^", count: 31) + "a" + String(repeating: "]", count: 31)
        #expect(try load(Self.ab, Self.split(pattern)).words(of: "ab") == ["a", "b"])
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

    @Test("Of equal tokens the last gives the id, and the ids of the others are free")
    func duplicates() throws {
        let tokenizer = try load(#""vocab": {"a": 0, "b": 1, "a": 3, "c": 0}, "merges": []"#)
        #expect(try tokenizer.encode("abc") == [3, 1, 0])
        #expect(tokenizer.token(for: 0) == "c" && tokenizer.token(for: 3) == "a")
    }

    @Test("An unknown token that the vocabulary lacks is no error where there is a token for every byte")
    func missingUnknown() throws {
        let bytes =
            (UInt32(0x21)...0x7E).map { Unicode.Scalar($0) } + (0xA1...0xAC).map { Unicode.Scalar($0) }
            + (0xAE...0x143).map { Unicode.Scalar($0) }
        let members = bytes.compactMap(\.self).enumerated().map { index, scalar in
            let escape = scalar == "\"" || scalar == "\\" ? "\\" : ""
            return "\"\(escape)\(scalar)\": \(index)"
        }
        func load(_ members: some Sequence<String>) throws -> Tokenizer {
            try self.load(
                #""vocab": {\#(members.joined(separator: ", "))}, "merges": [], "unk_token": "<unk>""#,
                #", "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "decoder": {"type": "ByteLevel"}"#
            )
        }
        let tokenizer = try load(members)
        #expect(members.count == 256)
        #expect(try tokenizer.decode(tokenizer.encode("é 好\n")) == "é 好\n")
        #expect(throws: TokenizerError.self) { try load(members.dropLast()) }
    }

    @Test("What is wrong in any file names it, the place in it, and what is there")
    func files() throws {
        func message(_ load: () throws -> TokenizerDefinition) -> String {
            do {
                _ = try Tokenizer(load())
                return "no error"
            } catch { return "\(error)" }
        }
        func pair(
            _ vocabulary: String, _ merges: String, _ configuration: String = "{}", _ added: String = "{}"
        ) -> String {
            message {
                try TokenizerLoader.definition(
                    vocabularyJSON: Array(vocabulary.utf8), merges: Array(merges.utf8),
                    configuration: Array(configuration.utf8), addedTokens: Array(added.utf8))
            }
        }
        let vocabulary = #"{"a": 0, "b": 1, "ab": 2}"#
        #expect(pair(vocabulary, "a b") == "no error")
        let found = [
            pair("{\n\"a\": -1}", ""), pair(vocabulary + "}", ""),
            pair(vocabulary, "#version: 1\r\n\r\na b\r\nab\r\n"),
            pair(vocabulary, "a b\nb a"), pair(vocabulary, "a b", #"{"add_prefix_space": 3}"#),
            pair(vocabulary, "a b", #"{"added_tokens_decoder": {"7": {"content": 1}}}"#),
            pair(vocabulary, "a b", "{"), pair(vocabulary, "a b", "{}", #"{"c": 1e999}"#),
            pair(vocabulary, "a b", #"{"tokenizer_class": "X"}"#),
            message {
                try TokenizerLoader.definition(
                    tokenizerJSON: Array("{\"model\": {\"type\": \"BPE\", \(Self.ab), \"fuse_unk\": 1}}".utf8)
                )
            },
            message { try TokenizerLoader.definition(modelFile: [0x0A, 0x80]) },
        ]
        let expected = [
            #"vocab.json: byte 7 (line 2, column 6): the id of the token "a" is none; expected a whole number in 0...8388607, found -1"#,
            #"vocab.json: byte 25 (line 1, column 26): malformed JSON; expected the end of the file, found "}""#,
            #"merges.txt: line 4: merge 1 is malformed; expected two parts with a space between, found "ab""#,
            #"merges.txt: merges[1]: the merge has a token that is not in the vocabulary; found "ba""#,
            "tokenizer_config.json: add_prefix_space: the value is missing or of the wrong kind; expected a Boolean, found integer",
            "tokenizer_config.json: added_tokens_decoder.7.content: the value is missing or of the wrong kind; expected a string, found integer",
            "tokenizer_config.json: is not valid JSON: expected a key in double quotes, found the end of the document at byte 1 (line 1, column 2)",
            #"added_tokens.json: byte 6 (line 1, column 7): the id of the token "c" is none; expected a whole number in 0...8388607, found 1e999"#,
            "tokenizer_config.json: tokenizer_class: it does not say how vocab.json cuts words;",
            "tokenizer.json: model.fuse_unk: the value is missing or of the wrong kind; expected a Boolean, found integer",
            "tokenizer.model: byte 2: the message ends in a number",
        ]
        for (found, expected) in zip(found, expected) { #expect(found.hasPrefix(expected), "\(found)") }
    }

    @Test("BERT's words, a line a token, give what tokenizer.json gives", arguments: ["\n", "\r\n"])
    func words(ending: String) throws {
        let (golden, texts) = try Fixture.golden("wordpiece")
        let file = try JSONParser.parse(Fixture.bytes(Fixture.folder + "wordpiece.tokenizer.json"))
        let vocabulary = try #require(file["model"]?["vocab"]?.objectValue)
        let lines = vocabulary.sorted { ($0.value.intValue ?? 0) < ($1.value.intValue ?? 0) }.map(\.key)
        let text = Array((lines.joined(separator: ending) + ending).utf8)
        let tokenizer = try Tokenizer(TokenizerLoader.definition(words: text))
        for (index, text) in texts.enumerated() {
            let ids = Fixture.ids(golden["ids"]?[index])
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(tokenizer.decode(ids, skipSpecialTokens: false) == golden["decoded"]?[index]?.stringValue)
        }
        #expect(tokenizer.paddingID == 0 && tokenizer.unknownID == 1 && tokenizer.isSpecial(4))
    }

    @Test(
        "The configuration beside BERT's words says what they are made of; a class with other rules is refused"
    )
    func wordsOfAClass() throws {
        // Empty lines count, and so does what stands twice.
        let words = ["[PAD]", "<u>", "[CLS]", "[SEP]", "A", "a", "é", "e", "", "a", "好", "b"]
        func encode(_ text: String, _ configuration: String) throws -> [Int32] {
            try Tokenizer(
                TokenizerLoader.definition(
                    words: Array(words.joined(separator: "\n").utf8),
                    configuration: Array(configuration.utf8),
                    addedTokens: Array(#"{"[X]": 20}"#.utf8))
            ).encode(text)
        }
        let cased = #"{"tokenizer_class": "BertTokenizerFast", "unk_token": "<u>", "do_lower_case": false"#
        #expect(try encode("A a é b好", #"{"unk_token": {"content": "<u>"}}"#) == [2, 9, 9, 7, 11, 10, 3])
        #expect(try encode("A a é b好[X]", cased + "}") == [2, 4, 9, 6, 11, 10, 20, 3])
        #expect(try encode("A é", cased + #", "strip_accents": true}"#) == [2, 4, 7, 3])
        #expect(try encode("b好", cased + #", "tokenize_chinese_chars": false}"#) == [2, 1, 3])
        #expect(try encode("a", cased + #", "cls_token": "b"}"#) == [11, 9, 3])
        #expect(try encode("a [M]", cased + #", "mask_token": "[M]"}"#) == [2, 9, 12, 3])
        for (configuration, what) in [
            (#"{"tokenizer_class": "EsmTokenizer"}"#, "tokenizer_config.json: tokenizer_class: "),
            ("{}", "vocab.txt: model.unk_token: "),
        ] {
            let error = #expect(throws: TokenizerError.self) { try encode("a", configuration) }
            #expect(error?.description.hasPrefix(what) == true, "\(error as Any)")
        }
    }

    @Test("Lengths without a limit, which Python writes as numbers beyond any, are no error")
    func endlessLengths() throws {
        let definition = try TokenizerLoader.definition(
            tokenizerJSON: Array("{\"model\": {\"type\": \"BPE\", \(Self.ab)}}".utf8),
            configuration: Array(#"{"model_max_length": 1e999, "x": Infinity}"#.utf8))
        #expect(try Tokenizer(definition).encode("ab") == [2])
    }

    @Test("Merges are read as lines and as pairs")
    func mergeForms() throws {
        let pairs = try load(#""vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]"#)
        #expect(try pairs.encode("aabb") == (try load(Self.ab).encode("aabb")))
        #expect(try pairs.encode("ab") == [2])
    }

    @Test("A configuration adds tokens, roles and the template")
    func configuration() throws {
        let text = "{\"model\": {\"type\": \"BPE\", \(Self.ab)}}"
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
        var vocabulary = TokenList(["a", "b"])
        vocabulary.append("ab".utf8, id: 0)
        vocabulary.append("ba".utf8, id: 1)
        var merges = MergeList()
        merges.append("a".utf8, "b".utf8)
        merges.append("b".utf8, "a".utf8)
        let model = BytePairEncodingDefinition(vocabulary: vocabulary, merges: .list(merges))
        let back = try Tokenizer(TokenizerDefinition(model: .bytePairEncoding(model)))
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
            (#""type": "WordLevel", "vocab": {"a": 0}"#, "unk_token"),
            (#""type": "WordLevel", "vocab": [["a", 0]]"#, "vocab is missing"),
            (
                #""type": "WordPiece", "vocab": {"a": 0}"#,
                #"unk_token: the token for what is not known is not in the vocabulary; expected one of its 1 tokens, found "[UNK]""#
            ),
            (#""type": "Nothing", "vocab": {"a": 0}"#, "Nothing"),
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
