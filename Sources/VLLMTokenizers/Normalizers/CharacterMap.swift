// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Replacements that SentencePiece compiled: `precompiled_charsmap`.
///
/// A double array in the format of darts-clone (Yata), behind its size in bytes, then the replacements, each ended by a
/// zero byte. A unit is a label of 8 bits, a bit that says whether a key ends at the node, and an offset to its children
/// of 21 bits, shifted by 8 if bit 9 is set; with bit 31 it is the value of the key, where its replacement begins.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]
    /// How many times as long a text becomes, at most.
    let growth: Int

    /// A key that a text begins with.
    struct Match {
        /// Bytes of the text.
        var length: Int
        /// Where the replacement is.
        var replacement: Range<Int>
    }

    /// Reads a map and checks that nothing in it points outside.
    init(_ bytes: [UInt8], context: String) throws(TokenizerError) {
        func failure(_ what: String, _ found: String) -> TokenizerError {
            TokenizerError("\(context): precompiled_charsmap", what, found: found)
        }
        guard bytes.count > 4 else { throw failure("it is too short", "\(bytes.count) bytes") }
        let size = (0..<4).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        guard size > 0, size % 4 == 0, size <= bytes.count - 4 else {
            throw failure("the size of its trie does not fit", "\(size) of \(bytes.count - 4) bytes")
        }
        units = (0..<size / 4).map { index in
            (0..<4).reduce(0) { $0 | UInt32(bytes[4 + 4 * index + $1]) << UInt32(8 * $1) }
        }
        replacements = Array(bytes[(4 + size)...])
        guard UTF8Repair.isValid(replacements) else {
            throw failure("its replacements are not UTF-8", "bytes")
        }
        growth = max(1, replacements.split(separator: 0).map(\.count).max() ?? 0)
        for (index, unit) in units.enumerated() {
            if unit >> 31 == 1 {
                let value = Int(unit & 0x7FFF_FFFF)
                guard value < replacements.count, replacements[value] & 0xC0 != 0x80 else {
                    throw failure("unit \(index) points outside its replacements", "\(value)")
                }
            } else if index ^ Self.offset(unit) >= units.count {
                throw failure("unit \(index) points outside its trie", "\(index ^ Self.offset(unit))")
            }
        }
    }

    private static func offset(_ unit: UInt32) -> Int {
        Int(unit >> 10) << Int(unit >> 6 & 8)
    }

    /// Calls `body` with the keys that a part of a text begins with, shortest first, until it says false.
    @inline(__always)
    private func forEachKey(
        _ text: Span<UInt8>, _ part: Range<Int>, _ body: (_ length: Int, _ value: Int) -> Bool
    ) {
        let units = units.span
        var node = Self.offset(units[0])
        for position in part {
            node ^= Int(text[position])
            guard node < units.count else { return }
            let unit = units[node]
            guard unit & 0x8000_00FF == UInt32(text[position]) else { return }
            node ^= Self.offset(unit)
            guard unit >> 8 & 1 == 1 else { continue }
            // Below the count, as was checked.
            let value = units[node]
            guard value >> 31 == 1, body(position + 1 - part.lowerBound, Int(value & 0x7FFF_FFFF)) else {
                return
            }
        }
    }

    /// The longest key that a part of a text begins with.
    func longest(_ text: Span<UInt8>, _ part: Range<Int>) -> Match? {
        var found: (length: Int, value: Int)?
        forEachKey(text, part) { length, value in
            found = (length, value)
            return true
        }
        return found.map { Match(length: $0.length, replacement: replacement(at: $0.value)) }
    }

    /// The shortest key that a part of a text begins with.
    func shortest(_ text: Span<UInt8>, _ part: Range<Int>) -> Match? {
        var found: (length: Int, value: Int)?
        forEachKey(text, part) { length, value in
            found = (length, value)
            return false
        }
        return found.map { Match(length: $0.length, replacement: replacement(at: $0.value)) }
    }

    private func replacement(at start: Int) -> Range<Int> {
        start..<(replacements[start...].firstIndex(of: 0) ?? replacements.count)
    }

    /// The bytes of all replacements.
    var storage: [UInt8] { replacements }
}
