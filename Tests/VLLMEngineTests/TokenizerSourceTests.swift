// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMTokenizers

/// Which files of a folder are its tokenizer, and what is said of those that are not.
@Suite struct TokenizerSourceTests {
    private func source(_ files: [String: String]) -> CheckpointSource {
        .embedded(
            name: "/m",
            files: files.reduce(into: [:]) { $0[$1.key] = FileBytes(Array($1.value.utf8), name: $1.key) })
    }

    private func message(_ files: [String: String]) -> String {
        let error = #expect(throws: CheckpointError.self) { try ModelLoader.tokenizer(of: source(files)) }
        return error.map { "\($0)" } ?? "no error"
    }

    private static let whole = #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#
    /// A token a byte, and one of two.
    private static let tiktoken: String = {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let lines = (0..<256).map { "\(alphabet[$0 >> 2])\(alphabet[($0 & 3) << 4])== \($0)" }
        return (lines + ["YWI= 256"]).joined(separator: "\n")
    }()

    @Test("the first of the files that may hold a tokenizer is read")
    func order() throws {
        func ids(_ files: [String: String], _ text: String) throws -> [Int32]? {
            try ModelLoader.tokenizer(of: source(files))?.encode(text, addSpecialTokens: false)
        }
        let configuration = #"{"tokenizer_class": "Qwen2Tokenizer"}"#
        var files = ["vocab.txt": "[UNK]\n[CLS]\n[SEP]\nab"]
        #expect(try ids(files, "ab") == [3])
        files["vocab.json"] = #"{"a": 7, "b": 8, "ab": 9}"#
        #expect(try ids(files, "ab") == [3])
        files["merges.txt"] = "a b"
        #expect(try ids(files, "ab") == [9])
        files["added_tokens.json"] = #"{"<x>": 300}"#
        #expect(try ids(files, "ab<x>") == [9, 300])
        files["tokenizer_config.json"] = configuration
        files["small.tiktoken"] = Self.tiktoken
        #expect(try ids(files, "abb<x>") == [256, 98, 300])
        files["tokenizer.model"] = "YWI= 256"
        #expect(throws: CheckpointError.self) { try ids(files, "a") }
        files["tokenizer.json"] = Self.whole
        #expect(try ids(files, "a") == [0])
        #expect(try ids(["config.json": "{}"], "a") == nil)
    }

    @Test("errors name the file with its folder, the place and what is there")
    func errors() {
        #expect(
            message(["tokenizer.json": "{"]).hasPrefix(
                "/m/tokenizer.json: byte 1 (line 1, column 2): malformed JSON"))
        #expect(
            message(["tokenizer.json": #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}"#])
                == #"/m/tokenizer.json: merges[0]: the merge has a token that is not in the vocabulary; found "b"."#
        )
        #expect(
            message(["tokenizer.json": Self.whole, "tokenizer_config.json": #"{"add_bos_token": 3}"#])
                .hasPrefix(
                    "/m/tokenizer_config.json: add_bos_token: the value is missing or of the wrong kind"))
        #expect(
            message(["tokenizer.model": "\u{A}\u{7F}"]).hasPrefix(
                "/m/tokenizer.model: byte 2: field 1 is longer"))
        #expect(message(["a.tiktoken": "YQ== -1"]).hasPrefix("/m/a.tiktoken: line 1: the rank is none"))
        #expect(
            message(["a.tiktoken": Self.tiktoken, "tokenizer_config.json": "{}"])
                .hasPrefix(
                    "/m/tokenizer_config.json: tokenizer_class: it does not say how a.tiktoken cuts words"))
        #expect(message(["a.tiktoken": "", "b.tiktoken": ""]).contains("/m: has 2 vocabularies of tiktoken"))
        #expect(
            message(["vocab.json": #"{"a": 0}"#, "merges.txt": "a"]).hasPrefix(
                "/m/merges.txt: line 1: merge 0 is malformed"))
        #expect(
            message(["vocab.json": "{", "merges.txt": "a"]).hasPrefix(
                "/m/vocab.json: byte 1 (line 1, column 2)"))
        #expect(
            message(["vocab.txt": "a"]).hasPrefix(
                "/m/vocab.txt: model.unk_token: the token for what is not known"))
        let pair = ["vocab.json": #"{"a": 0}"#, "merges.txt": ""]
        #expect(
            message(pair.merging(["added_tokens.json": #"{"b": -3}"#]) { $1 })
                .hasPrefix(
                    #"/m/added_tokens.json: byte 6 (line 1, column 7): the id of the token "b" is none"#))
    }

    @Test(
        "half of GPT-2's two files is refused by the name of the other",
        arguments: ["vocab.json", "merges.txt"])
    func half(name: String) {
        let missing = name == "vocab.json" ? "merges.txt" : "vocab.json"
        #expect(
            message([name: "{}"]).hasPrefix(
                "/m/\(missing): is not there, but \(name) is, which is half a tokenizer"))
    }
}
