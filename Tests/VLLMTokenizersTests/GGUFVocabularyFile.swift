// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTokenizers

/// Reads the vocabulary out of a GGUF file: as much of the format (version 3) as that takes.
struct GGUFVocabularyFile {
    private let bytes: [UInt8]
    private var position = 0
    private var numbers: [String: Int] = [:]
    private var strings: [String: String] = [:]
    private var tokens: [String] = []
    private var merges: [String] = []
    private var scores: [Float] = []
    private var types: [Int32] = []

    /// The file ends too early or is not GGUF.
    struct Malformed: Error {}

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        guard try number(4) == 0x4655_4747 else { throw Malformed() }
        _ = try number(4)
        _ = try number(8)
        for _ in 0..<(try number(8)) {
            let key = try string()
            try value(try number(4), key)
        }
    }

    private mutating func number(_ size: Int) throws -> Int {
        guard position + size <= bytes.count else { throw Malformed() }
        defer { position += size }
        return (0..<size).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
    }

    private mutating func string() throws -> String {
        let count = try number(8)
        guard count >= 0, position + count <= bytes.count else { throw Malformed() }
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    private mutating func value(_ type: Int, _ key: String) throws {
        switch type {
        case 0, 1, 7: numbers[key] = try number(1)
        case 2, 3: numbers[key] = try number(2)
        case 4, 5, 6: numbers[key] = try number(4)
        case 10, 11, 12: numbers[key] = try number(8)
        case 8: strings[key] = try string()
        case 9: try array(try number(4), count: try number(8), key)
        default: throw Malformed()
        }
    }

    private mutating func array(_ element: Int, count: Int, _ key: String) throws {
        for _ in 0..<count {
            switch (element, key) {
            case (8, "tokenizer.ggml.tokens"): tokens.append(try string())
            case (8, "tokenizer.ggml.merges"): merges.append(try string())
            case (5, "tokenizer.ggml.token_type"): types.append(Int32(try number(4)))
            case (6, "tokenizer.ggml.scores"):
                scores.append(Float(bitPattern: UInt32(try number(4))))
            default: try value(element, key)
            }
        }
    }

    /// The vocabulary.
    var vocabulary: GGUFVocabulary {
        func id(_ role: String) -> Int32? { numbers["tokenizer.ggml.\(role)_token_id"].map { Int32($0) } }
        func flag(_ name: String) -> Bool? { numbers["tokenizer.ggml.\(name)"].map { $0 != 0 } }
        var vocabulary = GGUFVocabulary(model: strings["tokenizer.ggml.model"] ?? "", tokens: tokens)
        vocabulary.pre = strings["tokenizer.ggml.pre"]
        vocabulary.scores = scores
        vocabulary.tokenTypes = types
        vocabulary.merges = merges
        vocabulary.beginningOfSequenceID = id("bos")
        vocabulary.endOfSequenceID = id("eos")
        vocabulary.unknownID = id("unknown")
        vocabulary.separatorID = id("seperator") ?? id("separator")
        vocabulary.paddingID = id("padding")
        vocabulary.classID = id("cls")
        vocabulary.maskID = id("mask")
        vocabulary.addsBeginningOfSequence = flag("add_bos_token")
        vocabulary.addsEndOfSequence = flag("add_eos_token")
        vocabulary.addsSpacePrefix = flag("add_space_prefix")
        vocabulary.removesExtraWhitespace = flag("remove_extra_whitespaces")
        return vocabulary
    }
}
