// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMJSON
import VLLMTokenizers

/// Reads the goldens that the scripts tokenizer_goldens.py and vocabulary_goldens.py in Scripts/fixtures wrote.
enum Fixture {
    static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures/"

    /// The styles of tokenizers there are goldens for.
    static let names =
        [
            "gpt2", "llama3", "qwen2", "qwen35", "o200k", "deepseek", "starcoder", "llama2", "gemma",
            "metaspace",
            "bert",
            "clip", "added", "plain",
        ] + vocabularies

    /// Those of vocabulary_goldens.py.
    private static let vocabularies = [
        "t5", "unigram-whole", "unigram-trained", "wordpiece", "wordpiece-cased", "wordlevel",
    ]

    /// The golden of a style, and the texts that it is about.
    static func golden(_ name: String) throws -> (golden: JSONValue, texts: [String]) {
        let isVocabulary = vocabularies.contains(name)
        let file = try json(isVocabulary ? "vocabularies.json" : "goldens.json")
        let texts = isVocabulary ? file["texts"] : try json("texts.json")["texts"]
        return (try #require(file["tokenizers"]?[name]), strings(texts))
    }

    /// A tokenizer of a file with a vocabulary alone.
    static func tokenizer(modelFile name: String, configuration: String? = nil) throws -> Tokenizer {
        try Tokenizer(
            try TokenizerLoader.definition(
                modelFile: try bytes(folder + name), name: name,
                configuration: configuration.map { Array($0.utf8) }))
    }

    /// Where large vocabularies are, or nil.
    static let dataFolder: String? = ProcessInfo.processInfo.environment["VLLM_TEST_DATA"]

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try bytes(folder + name))
    }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        let file = try bytes(folder + name + ".tokenizer.json")
        return try Tokenizer(try TokenizerLoader.definition(tokenizerJSON: file))
    }

    /// A tokenizer that has nothing but one stage, given as it stands in a `tokenizer.json`.
    static func tokenizer(part: String, stage: JSONValue) throws -> Tokenizer {
        var root = JSONObject()
        root["model"] = ["type": "BPE", "vocab": JSONValue.object(JSONObject()), "merges": []]
        root[part] = stage
        let text = Array(JSONWriter().string(.object(root)).utf8)
        return try Tokenizer(try TokenizerLoader.definition(tokenizerJSON: text))
    }

    static func strings(_ value: JSONValue?) -> [String] {
        value?.arrayValue?.map { $0.stringValue ?? "not a string" } ?? []
    }

    static func ids(_ value: JSONValue?) -> [Int32] {
        value?.arrayValue?.map { Int32($0.intValue ?? -1) } ?? []
    }
}

/// Whether two texts have the same bytes; `==` takes canonically equivalent ones for equal.
func same(_ a: String, _ b: String) -> Bool {
    a.utf8.elementsEqual(b.utf8)
}
