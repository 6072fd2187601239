// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct TiktokenTests {
    /// What the two families' configurations say.
    static let configurations = [
        "qwen": #"{"tokenizer_class": "QWenTokenizer"}"#,
        "glm": #"""
        {"tokenizer_class": "ChatGLM4Tokenizer", "eos_token": "<|endoftext|>", "added_tokens_decoder": {
          "700": {"content": "<|endoftext|>", "special": true}, "702": {"content": "[gMASK]", "special": true},
          "704": {"content": "<sop>", "special": true}}}
        """#,
    ]

    @Test("Ids are those of tiktoken, and texts come back", arguments: ["qwen", "glm"])
    func goldens(name: String) throws {
        let golden = try Fixture.json("tiktoken.json")
        let texts = Fixture.strings(golden["texts"])
        let lists = try #require(golden["ids"]?[name]?.arrayValue)
        let tokenizer = try Fixture.tokenizer(
            modelFile: "small.tiktoken", configuration: Self.configurations[name])
        #expect(texts.count > 150 && lists.count == texts.count)
        for (text, list) in zip(texts, lists) {
            let expected = Fixture.ids(list)
            #expect(
                try tokenizer.encode(text, addSpecialTokens: false) == expected, "\(text.debugDescription)")
            let whole = tokenizer.decode(expected)
            var detokenizer = IncrementalDetokenizer(tokenizer)
            let pieces = expected.map { detokenizer.push($0) } + [detokenizer.finish()]
            #expect(same(pieces.joined(), whole))
            if name == "glm" { #expect(same(whole, text)) }
        }
    }

    @Test("Special tokens have their ids and stand where the family puts them")
    func specialTokens() throws {
        let qwen = try Fixture.tokenizer(
            modelFile: "small.tiktoken", configuration: Self.configurations["qwen"])
        #expect(
            try qwen.encode("<|im_start|>a<|im_end|><|extra_204|>").filter { $0 >= 700 } == [701, 702, 907])
        #expect(qwen.endOfSequenceID == 700 && qwen.vocabularySize == 908)
        let glm = try Fixture.tokenizer(
            modelFile: "small.tiktoken", configuration: Self.configurations["glm"])
        #expect(try glm.encode("a").prefix(2) == [702, 704])
        #expect(glm.endOfSequenceID == 700)
    }

    @Test("A file named qwen.tiktoken needs no class, another one does")
    func classes() throws {
        let bytes = try Fixture.bytes(Fixture.folder + "small.tiktoken")
        let definition = try TokenizerLoader.definition(modelFile: bytes, name: "qwen.tiktoken")
        #expect(try Tokenizer(definition).id(for: "<|im_end|>") == 702)
        for configuration in ["{}", #"{"tokenizer_class": "OtherTokenizer"}"#] {
            #expect(throws: TokenizerError.self) {
                _ = try TokenizerLoader.definition(modelFile: bytes, configuration: Array(configuration.utf8))
            }
        }
    }

    @Test("The lowest rank merges first, and of equal ones the leftmost, whatever else the bytes are made of")
    func order() throws {
        var lines = (0..<256).map { byte in "\(Self.base64([UInt8(byte)])) \(byte)" }
        lines += ["\(Self.base64(Array("aa".utf8))) 256", "\(Self.base64(Array("aaa".utf8))) 257"]
        let file = Array(lines.joined(separator: "\n").utf8)
        let tokenizer = try Tokenizer(
            try TokenizerLoader.definition(modelFile: file, name: "qwen.tiktoken"))
        // A word that is a token is taken whole.
        #expect(try tokenizer.encode("aaa") == [257])
        #expect(try tokenizer.encode("aaab") == [257, 98])
        #expect(try tokenizer.encode("aaaaa") == [256, 257])
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            var bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            bits &= 0xFF_FFFF
            for index in 0..<4 {
                text.append(index <= part.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
            }
        }
        return text
    }

    @Test("A file that does not say by its name what it is, is known by its first token, whatever the rank")
    func unnamed() {
        let error = #expect(throws: TokenizerError.self) {
            try TokenizerLoader.definition(modelFile: Array("YQ== -1\nYg== 0".utf8))
        }
        #expect(
            error?.description.hasPrefix("tokenizer.model: line 1: the rank is none;") == true,
            "\(error as Any)")
    }

    @Test(
        "What is wrong in a file is an error that says so",
        arguments: [
            ("YQ== 0\nYg=", "Base64"), ("YQ== 0\nY!== 1", "Base64"), ("YQ== 0\n 1", "Base64"),
            ("YQ== 0\nYg== x", "rank"), ("YQ== 0\nYg==", "rank"),
            ("YQ== 0\nYg== 99999999999999999999", "rank"),
            (
                "YQ== -1\nYg== 0",
                #"qwen.tiktoken: line 1: the rank is none; expected a whole number in 0...8388607, found "-1""#
            ),
            (
                "YQ== 0\nYg== -1",
                #"line 2: the rank is none; expected a whole number in 0...8388607, found "-1""#
            ),
            ("!!! 0", "line 1: the token is not Base64"),
            ("YQ== 0\nYg== 0", "twice"), ("YQ== 0\nYQ== 1", "twice"), ("YQ== 0\nYg== 1", "byte has no token"),
        ])
    func malformed(text: String, what: String) {
        do {
            _ = try TokenizerLoader.definition(modelFile: Array(text.utf8), name: "qwen.tiktoken")
            Issue.record("no error for \(text)")
        } catch {
            #expect("\(error)".contains(what), "\(error)")
        }
    }
}
