// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Knows when the bytes of a character may be merged before anything around them.
///
/// Byte-level merging spends most of its time on putting characters together. Merges inside a character can
/// be done first, with the same result, if no merge of a lower rank could have joined a part of it with a
/// neighbour: with `R` the highest rank used inside, every merge of what stood at the character's edges with
/// something outside must rank above `R`. Only the neighbouring byte decides which of those merges could
/// apply.
struct CharacterMerges: Sendable {
    /// A merge of part of a character with something outside of it.
    struct Crossing: Sendable {
        var rank: UInt32
        /// The byte outside that touches the character.
        var byte: UInt8
    }

    /// How a token relates to a single character.
    private enum Kind: UInt8 {
        case other
        /// The first bytes of a character but not all.
        case head
        /// The last bytes of a character but not all.
        case tail
        case whole
    }

    private var kinds: [UInt8]
    private var firstBytes: [UInt8]
    private var lastBytes: [UInt8]
    /// For heads, the merges with what stands before; for tails, with what stands behind.
    private var crossings: [UInt32: [Crossing]] = [:]
    /// The lowest rank at which each whole character is part of a merge.
    private var firstUses: [UInt32: UInt32] = [:]

    /// Looks at the tokens' bytes.
    init(_ tokens: TokenList, idCount: Int) {
        kinds = [UInt8](repeating: 0, count: idCount)
        firstBytes = kinds
        lastBytes = kinds
        for entry in 0..<tokens.count {
            let range = tokens.range(entry)
            guard !range.isEmpty else { continue }
            let id = Int(tokens.ids[entry])
            firstBytes[id] = tokens.bytes[range.lowerBound]
            lastBytes[id] = tokens.bytes[range.upperBound - 1]
            kinds[id] = Self.kind(tokens.bytes[range]).rawValue
        }
    }

    private static func kind(_ bytes: ArraySlice<UInt8>) -> Kind {
        guard bytes.count <= 4, let first = bytes.first else { return .other }
        guard bytes.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }) else { return .other }
        if first & 0xC0 == 0x80 { return .tail }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return bytes.count == length ? .whole : bytes.count < length ? .head : .other
    }

    /// Takes note of a merge.
    mutating func note(left: UInt32, right: UInt32, rank: UInt32) {
        switch Kind(rawValue: kinds[Int(right)]) {
        case .head: crossings[right, default: []].append(Crossing(rank: rank, byte: lastBytes[Int(left)]))
        case .whole: firstUses[right] = min(firstUses[right] ?? .max, rank)
        default: break
        }
        switch Kind(rawValue: kinds[Int(left)]) {
        case .tail where firstBytes[Int(right)] & 0xC0 != 0x80:
            crossings[left, default: []].append(Crossing(rank: rank, byte: firstBytes[Int(right)]))
        case .whole: firstUses[left] = min(firstUses[left] ?? .max, rank)
        default: break
        }
    }

    /// What the bytes of a character merge into, and next to which bytes that may be done first.
    struct Result {
        var symbols: [UInt32] = []
        /// A bit for each byte before, by its lower six bits, that forbids it.
        var forbiddenBefore: UInt64 = 0
        /// The same for the byte behind.
        var forbiddenBehind: UInt64 = 0
    }

    /// Merges the symbols of a character's bytes; nil if its parts may always merge with neighbours first.
    func result(for bytes: [UInt32], _ table: MergeTable) -> Result? {
        var result = Result(symbols: bytes)
        var heads: [UInt32] = []
        var tails: [UInt32] = []
        var highest: UInt32?
        while true {
            if let head = result.symbols.first, heads.last != head { heads.append(head) }
            if let tail = result.symbols.last, tails.last != tail { tails.append(tail) }
            var best = MergeTable.none
            var at = 0
            for index in 0..<result.symbols.count - 1 {
                let pair = table.find(result.symbols[index], result.symbols[index + 1])
                if pair < best {
                    best = pair
                    at = index
                }
            }
            if best == MergeTable.none { break }
            highest = max(highest ?? 0, UInt32(best >> 32))
            result.symbols[at] = UInt32(truncatingIfNeeded: best)
            result.symbols.remove(at: at + 1)
        }
        guard let highest else { return result }
        for head in heads {
            guard let mask = forbidden(head, upTo: highest) else { return nil }
            result.forbiddenBefore |= mask
        }
        for tail in tails {
            guard let mask = forbidden(tail, upTo: highest) else { return nil }
            result.forbiddenBehind |= mask
        }
        return result
    }

    /// The neighbours with which a token at a character's edge merges at a rank up to `highest`; nil for any.
    private func forbidden(_ token: UInt32, upTo highest: UInt32) -> UInt64? {
        if kinds[Int(token)] == Kind.whole.rawValue {
            return firstUses[token].map { $0 <= highest } == true ? nil : 0
        }
        var mask: UInt64 = 0
        for crossing in crossings[token] ?? [] where crossing.rank <= highest {
            mask |= 1 << UInt64(crossing.byte & 63)
        }
        return mask
    }
}
