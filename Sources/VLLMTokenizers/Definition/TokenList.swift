// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A vocabulary: the bytes of tokens with their ids, in one block of memory.
///
/// Of entries with the same id, the first names the id; of entries with the same bytes, the last gives the
/// id.
public struct TokenList: Sendable {
    /// The largest id allowed, so that a broken file cannot ask for endless memory.
    public static let maximumID: Int32 = (1 << 23) - 1

    /// The tokens' bytes, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where each entry ends.
    private(set) var ends: [Int] = []
    /// The entries' ids.
    private(set) var ids: [Int32] = []

    /// Creates an empty list.
    public init() {}

    /// Creates a list of tokens whose ids are their positions.
    public init(_ tokens: some Sequence<String>) {
        for (id, token) in tokens.enumerated() { append(token.utf8, id: Int32(id)) }
    }

    /// The number of entries.
    public var count: Int { ids.count }

    /// Makes room.
    public mutating func reserveCapacity(tokens: Int, bytes count: Int) {
        bytes.reserveCapacity(count)
        ends.reserveCapacity(tokens)
        ids.reserveCapacity(tokens)
    }

    /// Adds a token, given as UTF-8.
    public mutating func append(_ token: some Sequence<UInt8>, id: Int32) {
        bytes.append(contentsOf: token)
        ends.append(bytes.count)
        ids.append(id)
    }

    /// Adds a token whose bytes `write` appends.
    mutating func append<E: Error>(id: Int32, write: (inout [UInt8]) throws(E) -> Void) throws(E) {
        try write(&bytes)
        ends.append(bytes.count)
        ids.append(id)
    }

    /// Replaces the id of the last entry.
    mutating func setLastID(_ id: Int32) {
        ids[ids.count - 1] = id
    }

    /// The token of an entry, for messages.
    func text(_ entry: Int) -> String {
        let text = String(decoding: bytes[range(entry)].prefix(100), as: UTF8.self)
        return text.debugDescription
    }

    /// Two entries with different tokens and one id; nil where each id is of one token.
    ///
    /// Of entries with the same bytes only the last counts, for it gives the id.
    func entriesOfOneID() -> (Int, Int)? {
        var isTaken = [Bool](repeating: false, count: Int((ids.max() ?? -1) + 1))
        var isUnique = true
        for id in ids {
            if isTaken[Int(id)] { isUnique = false }
            isTaken[Int(id)] = true
        }
        guard !isUnique else { return nil }
        var entries: [ArraySlice<UInt8>: Int] = [:]
        for entry in 0..<count { entries[bytes[range(entry)]] = entry }
        var owners: [Int32: Int] = [:]
        for entry in entries.values.sorted() {
            if let other = owners.updateValue(entry, forKey: ids[entry]) { return (other, entry) }
        }
        return nil
    }

    /// The place in `bytes` of an entry.
    @inline(__always)
    func range(_ entry: Int) -> Range<Int> {
        (entry == 0 ? 0 : ends[entry - 1])..<ends[entry]
    }
}
