// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Maps the bytes of tokens to ids and back.
struct TokenTable: Sendable {
    private var bytes: [UInt8]
    /// Where the token of each id begins and ends in `bytes`; −1 for ids without a token.
    private var places: [Place]
    /// Open addressing: (hash's upper half << 32 | entry + 1), or 0.
    private var slots: [UInt64]
    private let mask: Int
    /// For each entry its place and id.
    private var entries: [Entry]

    /// A part of `bytes`.
    private struct Place: Sendable {
        var start: Int32
        var end: Int32
    }

    private struct Entry: Sendable {
        var place: Place
        var id: Int32
    }

    /// Indexes a list whose ids have been checked.
    init(_ list: TokenList, idCount: Int) {
        bytes = list.bytes
        entries = []
        entries.reserveCapacity(list.count)
        places = [Place](repeating: Place(start: -1, end: -1), count: idCount)
        var bits = 4
        while 1 << bits < list.count * 2 { bits += 1 }
        mask = 1 << bits - 1
        slots = [UInt64](repeating: 0, count: 1 << bits)
        for index in 0..<list.count {
            let range = list.range(index)
            let entry = Entry(
                place: Place(start: Int32(range.lowerBound), end: Int32(range.upperBound)),
                id: list.ids[index])
            insert(entry)
        }
        for entry in entries { name(entry) }
        // Ids of tokens that stand again under others have no better name.
        for index in 0..<list.count {
            let range = list.range(index)
            let place = Place(start: Int32(range.lowerBound), end: Int32(range.upperBound))
            name(Entry(place: place, id: list.ids[index]))
        }
    }

    /// Gives an id its token, unless it has one.
    private mutating func name(_ entry: Entry) {
        if places[Int(entry.id)].start < 0 { places[Int(entry.id)] = entry.place }
    }

    private mutating func insert(_ entry: Entry) {
        let range = Int(entry.place.start)..<Int(entry.place.end)
        let hash = ByteHash.hash(bytes.span, range)
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at] != 0 {
            if slots[at] >> 32 == hash >> 32, matches(slots[at], bytes.span, range) {
                entries[Int(slots[at] & 0xFFFF_FFFF) - 1] = entry
                return
            }
            at = (at + 1) & mask
        }
        entries.append(entry)
        slots[at] = (hash >> 32) << 32 | UInt64(entries.count)
    }

    @inline(__always)
    private func matches(_ slot: UInt64, _ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let place = entries[Int(slot & 0xFFFF_FFFF) - 1].place
        guard Int(place.end - place.start) == range.count else { return false }
        return ByteHash.equal(bytes.span, Int(place.start), text, range.lowerBound, count: range.count)
    }

    /// One more than the largest id.
    var idCount: Int { places.count }

    /// The number of different tokens.
    var count: Int { entries.count }

    /// Returns the id of a token, or nil if there is none.
    func id(_ text: Span<UInt8>, _ range: Range<Int>) -> Int32? {
        let hash = ByteHash.hash(text, range)
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at] != 0 {
            if slots[at] >> 32 == hash >> 32, matches(slots[at], text, range) {
                return entries[Int(slots[at] & 0xFFFF_FFFF) - 1].id
            }
            at = (at + 1) & mask
        }
        return nil
    }

    /// Looks up many tokens, and sets −1 for those that there are none of.
    ///
    /// The memory accesses of different look-ups do not wait for each other, which is several times faster
    /// than one after the other in a table that the processor's caches do not hold.
    func ids(_ text: Span<UInt8>, _ ranges: [Range<Int>], into result: inout [Int32]) {
        var hashes: [UInt64] = []
        hashes.reserveCapacity(ranges.count)
        for range in ranges { hashes.append(ByteHash.hash(text, range)) }
        let found = hashes.map { slots[Int(truncatingIfNeeded: $0) & mask] }
        let candidates = found.map { $0 == 0 ? nil : entries[Int($0 & 0xFFFF_FFFF) - 1] }
        result.removeAll(keepingCapacity: true)
        for (index, range) in ranges.enumerated() {
            if let entry = candidates[index], found[index] >> 32 == hashes[index] >> 32,
                Int(entry.place.end - entry.place.start) == range.count,
                ByteHash.equal(bytes.span, Int(entry.place.start), text, range.lowerBound, count: range.count)
            {
                result.append(entry.id)
            } else {
                result.append(id(text, range) ?? -1)
            }
        }
    }

    /// Returns the id of a token, or nil if there is none.
    func id(_ text: [UInt8]) -> Int32? {
        id(text.span, 0..<text.count)
    }

    /// Returns the id of the token that a model names for what is not known.
    func unknownID(of token: String) throws(TokenizerError) -> Int32 {
        guard let id = id(Array(token.utf8)) else {
            throw TokenizerError(
                "model.unk_token", "the token for what is not known is not in the vocabulary",
                expected: "one of its \(count) tokens", found: token.debugDescription)
        }
        return id
    }

    /// Returns the place in `storage` of the token with an id, or nil if there is none.
    func range(of id: Int32) -> Range<Int>? {
        guard id >= 0, id < places.count, places[Int(id)].start >= 0 else { return nil }
        return Int(places[Int(id)].start)..<Int(places[Int(id)].end)
    }

    /// All tokens' bytes.
    var storage: [UInt8] { bytes }
}
