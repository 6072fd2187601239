// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Gives each id's token in the form that the decoder reads: bytes for byte-level decoders, else text.
struct DecodingTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each id's token ends; one entry more than ids, the first 0.
    private var ends: [UInt32] = [0]
    /// A bit set an id: `exists` and `special`.
    private var flags: [UInt8] = []

    private static let exists: UInt8 = 1
    private static let special: UInt8 = 2

    init(_ tokens: TokenTable, _ added: AddedVocabulary, idCount: Int, asBytes: Bool) {
        bytes.reserveCapacity(tokens.storage.count)
        ends.reserveCapacity(idCount + 1)
        let storage = tokens.storage
        for id in 0..<Int32(idCount) {
            var flag: UInt8 = 0
            if let token = added.tokens[id], let text = added.texts[id] {
                let content = Array(text.utf8)
                append(content.span, 0..<content.count, asBytes: asBytes)
                flag = Self.exists | (added.specialContents.contains(token.content) ? Self.special : 0)
            } else if let range = tokens.range(of: id) {
                append(storage.span, range, asBytes: asBytes)
                flag = Self.exists
            }
            ends.append(UInt32(bytes.count))
            flags.append(flag)
        }
    }

    private mutating func append(_ token: Span<UInt8>, _ range: Range<Int>, asBytes: Bool) {
        if asBytes, ByteLevelAlphabet.appendBytes(of: token, range, to: &bytes) { return }
        bytes.append(token, range)
    }

    /// One more than the largest id.
    var idCount: Int { flags.count }

    /// Whether an id has a token.
    func exists(_ id: Int32) -> Bool {
        id >= 0 && id < flags.count && flags[Int(id)] & Self.exists != 0
    }

    /// Whether an id's token is special.
    func isSpecial(_ id: Int32) -> Bool {
        id >= 0 && id < flags.count && flags[Int(id)] & Self.special != 0
    }

    /// The token of an id that exists.
    subscript(_ id: Int32) -> ArraySlice<UInt8> {
        bytes[Int(ends[Int(id)])..<Int(ends[Int(id) + 1])]
    }
}
