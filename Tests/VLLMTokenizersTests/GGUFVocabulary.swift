// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTokenizers

/// Reads the vocabulary out of a GGUF file: as much of the format (version 3) as that takes.
struct GGUFVocabulary {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var tokens: [String] = []
    private(set) var types: [Int] = []
    private(set) var merges: [String] = []

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
        case 0, 1, 7: _ = try number(1)
        case 2, 3: _ = try number(2)
        case 4, 5, 6: _ = try number(4)
        case 10, 11, 12: _ = try number(8)
        case 8: _ = try string()
        case 9:
            let element = try number(4)
            for _ in 0..<(try number(8)) {
                if element == 8, key.hasSuffix(".tokens") {
                    tokens.append(try string())
                } else if element == 8, key.hasSuffix(".merges") {
                    merges.append(try string())
                } else if element == 5, key.hasSuffix(".token_type") {
                    types.append(try number(4))
                } else {
                    try value(element, key)
                }
            }
        default: throw Malformed()
        }
    }

    /// A byte-level tokenizer of the vocabulary; control tokens (type 3) are special.
    func definition(pattern: String, ignoreMerges: Bool) throws -> TokenizerDefinition {
        var list = MergeList()
        for line in merges { try list.append(line: Array(line.utf8), context: "merges") }
        let special = zip(tokens, types).filter { $0.1 == 3 }.map { AddedToken($0.0, isSpecial: true) }
        return .byteLevel(
            vocabulary: TokenList(tokens), merges: list, pattern: pattern, ignoreMerges: ignoreMerges,
            addedTokens: special)
    }
}
