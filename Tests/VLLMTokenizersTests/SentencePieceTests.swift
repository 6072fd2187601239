// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct SentencePieceTests {
    static let names = [
        "bpe-bytes", "unigram-nfkc", "unigram-bytes", "bpe-user", "unigram-user", "bpe-suffix",
        "unigram-across", "bpe-steps", "bpe-gone",
    ]

    @Test("Ids and texts are those of SentencePiece, in one go and piece by piece", arguments: names)
    func goldens(name: String) throws {
        let golden = try #require(try Fixture.json("sentencepiece.json")["models"]?[name])
        let tokenizer = try Fixture.tokenizer(modelFile: name + ".model")
        let texts = Fixture.strings(golden["texts"])
        let ids = try #require(golden["ids"]?.arrayValue).map { Fixture.ids($0) }
        let decoded = Fixture.strings(golden["decoded"])
        #expect(texts.count > 200 && ids.count == texts.count && decoded.count == texts.count)
        for (index, text) in texts.enumerated() {
            let found = try tokenizer.encode(text, addSpecialTokens: false)
            #expect(found == ids[index], "\(text.debugDescription)")
            // SentencePiece writes something else for what it does not know.
            guard !ids[index].contains(tokenizer.unknownID ?? -1) else { continue }
            let whole = tokenizer.decode(ids[index], skipSpecialTokens: false)
            #expect(same(whole, decoded[index]), "\(ids[index])")
            var detokenizer = IncrementalDetokenizer(tokenizer)
            let pieces = ids[index].map { detokenizer.push($0) } + [detokenizer.finish()]
            #expect(same(pieces.joined(), whole))
        }
    }

    @Test("A long text without spaces is encoded in a time that grows with its length", arguments: names)
    func longText(name: String) throws {
        let tokenizer = try Fixture.tokenizer(modelFile: name + ".model")
        let unit = "abcdefghijklmnopqrstuvwxyzthequickbrown''''"
        let long = try tokenizer.encode(String(repeating: unit, count: 8000), addSpecialTokens: false)
        let short = try tokenizer.encode(String(repeating: unit, count: 20), addSpecialTokens: false)
        #expect(long.prefix(short.count - 12) == short.prefix(short.count - 12))
    }

    @Test("A configuration's tokens have the ids that it gives them, and begin and end are as it says")
    func configuration() throws {
        let file = "bpe-bytes.model"
        let plain = try Fixture.tokenizer(modelFile: file)
        let body = try plain.encode("Hello", addSpecialTokens: false)
        let begin = try #require(plain.beginningOfSequenceID)
        let end = try #require(plain.endOfSequenceID)
        #expect(plain.token(for: begin) == "<s>" && plain.token(for: end) == "</s>")
        #expect(try plain.encode("Hello") == [begin] + body)
        let size = plain.vocabularySize
        let chat = #"""
            {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": {"content": "<|end|>"},
             "add_bos_token": false, "add_eos_token": true, "added_tokens_decoder": {
               "\#(size + 5)": {"content": "<|end|>", "special": true},
               "\#(size + 2)": {"content": "<|start|>", "special": true}}}
            """#
        let tokenizer = try Fixture.tokenizer(modelFile: file, configuration: chat)
        #expect(tokenizer.vocabularySize == size + 6)
        #expect(tokenizer.id(for: "<|start|>") == Int32(size + 2))
        let text = "<|start|>Hello<|end|>"
        #expect(
            try tokenizer.encode(text) == [Int32(size + 2)] + body + [Int32(size + 5), Int32(size + 5)])
        #expect(tokenizer.decode(try tokenizer.encode(text)) == "Hello")
    }

    @Test("Tokens of an added_tokens.json have its ids, and a role makes one special")
    func addedTokens() throws {
        let file = try Fixture.bytes(Fixture.folder + "bpe-bytes.model")
        let size = try Fixture.tokenizer(modelFile: "bpe-bytes.model").vocabularySize
        let tokenizer = try Tokenizer(
            try TokenizerLoader.definition(
                modelFile: file, configuration: Array(#"{"pad_token": "[PAD]"}"#.utf8),
                addedTokens: Array(#"{"<x>": \#(size + 1), "[PAD]": \#(size)}"#.utf8)))
        let ids = try tokenizer.encode("[PAD]<x>", addSpecialTokens: false)
        #expect(ids == [Int32(size), Int32(size + 1)])
        #expect(tokenizer.decode(ids) == "<x>" && tokenizer.paddingID == Int32(size))
        for malformed in ["[]", #"{"a": -1}"#, #"{"a": 99999999}"#] {
            #expect(throws: TokenizerError.self) {
                _ = try Tokenizer(
                    try TokenizerLoader.definition(modelFile: file, addedTokens: Array(malformed.utf8)))
            }
        }
    }

    @Test("Behind a special token the space in front is put as the configuration says")
    func prefixes() throws {
        func tokens(_ configuration: String) throws -> [String] {
            let tokenizer = try Fixture.tokenizer(modelFile: "bpe-bytes.model", configuration: configuration)
            return try tokenizer.encode("a</s>a", addSpecialTokens: false).compactMap(tokenizer.token)
        }
        #expect(try tokens("{}") == ["▁a", "</s>", "▁a"])
        #expect(try tokens(#"{"legacy": true}"#) == ["▁a", "</s>", "▁a"])
        #expect(try tokens(#"{"legacy": false}"#) == ["▁a", "</s>", "a"])
        #expect(try tokens(#"{"add_prefix_space": false}"#) == ["a", "</s>", "a"])
    }

    @Test("A class with tokens of its own puts them behind the vocabulary and in front of a text")
    func ownTokens() throws {
        let tokenizer = try Fixture.tokenizer(
            modelFile: "bpe-bytes.model", configuration: #"{"tokenizer_class": "ChatGLMTokenizer"}"#)
        let size = Int32(try Fixture.tokenizer(modelFile: "bpe-bytes.model").vocabularySize)
        #expect(try tokenizer.encode("Hello").prefix(2) == [size + 1, size + 3])
        #expect(try tokenizer.encode("<|user|>", addSpecialTokens: false) == [size + 6])
        // A word of the language is no such token.
        #expect(!(try tokenizer.encode("soprano", addSpecialTokens: false).contains(size + 3)))
    }

    @Test("A class that numbers the file's pieces anew is refused by name")
    func renumbered() {
        #expect(throws: TokenizerError.self) {
            _ = try Fixture.tokenizer(
                modelFile: "unigram-nfkc.model",
                configuration: #"{"tokenizer_class": "XLMRobertaTokenizerFast"}"#)
        }
    }
}
