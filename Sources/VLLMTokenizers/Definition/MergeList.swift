// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The merges of a byte pair encoding in order, in one block of memory.
public struct MergeList: Sendable {
    /// Both parts of each merge, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where the parts end: two entries a merge.
    private(set) var ends: [Int] = []

    /// Creates an empty list.
    public init() {}

    /// The number of merges.
    public var count: Int { ends.count / 2 }

    /// Makes room.
    public mutating func reserveCapacity(merges: Int, bytes count: Int) {
        bytes.reserveCapacity(count)
        ends.reserveCapacity(2 * merges)
    }

    /// Adds a merge of two parts, given as UTF-8.
    public mutating func append(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) {
        bytes.append(contentsOf: left)
        ends.append(bytes.count)
        bytes.append(contentsOf: right)
        ends.append(bytes.count)
    }

    /// Adds a merge written as two parts with a space between.
    public mutating func append(line: some Collection<UInt8>, context: String) throws(TokenizerError) {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw TokenizerError(
                context, "merge \(count) is malformed", expected: "two parts with a space between",
                found: String(decoding: line, as: UTF8.self).debugDescription)
        }
        append(parts[0], parts[1])
    }

    /// Adds one part, whose bytes `write` appends; every second call completes a merge.
    mutating func appendPart<E: Error>(write: (inout [UInt8]) throws(E) -> Void) throws(E) {
        try write(&bytes)
        ends.append(bytes.count)
    }

    /// Adds a merge whose line, two parts with a space between, `write` appends.
    ///
    /// Returns whether the line had exactly one space.
    mutating func appendLine<E: Error>(write: (inout [UInt8]) throws(E) -> Void) throws(E) -> Bool {
        let start = bytes.count
        try write(&bytes)
        guard let space = bytes[start...].firstIndex(of: 0x20) else { return false }
        // The space is moved out by shifting the right part over it.
        bytes.remove(at: space)
        guard !bytes[space...].contains(0x20) else { return false }
        ends.append(space)
        ends.append(bytes.count)
        return true
    }

    /// The place in `bytes` of a merge, and where its right part begins.
    @inline(__always)
    func range(_ merge: Int) -> (whole: Range<Int>, middle: Int) {
        let start = merge == 0 ? 0 : ends[2 * merge - 1]
        return (start..<ends[2 * merge + 1], ends[2 * merge])
    }
}
