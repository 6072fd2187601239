// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Merges the symbols of a word.
enum BytePairMerging {
    /// Up to this many symbols a scan for the lowest rank is faster than a queue.
    static let longestScan = 100

    /// The part of a table's value that says what is done first.
    private static let rankBits = UInt64.max << 32

    /// Merges the symbols in `scratch` and appends the ids that remain.
    ///
    /// - Parameter recorded: tokens for which `scratch.splits` takes down what they were last found to be made of.
    static func merge(
        _ scratch: inout EncoderScratch, _ table: MergeTable, recording recorded: Set<Int32>,
        into ids: inout [Int32]
    ) {
        let count = scratch.symbols.count
        if scratch.pairs.count < count {
            scratch.pairs.append(contentsOf: repeatElement(0, count: count - scratch.pairs.count))
        }
        if count <= longestScan, recorded.isEmpty {
            scan(&scratch.symbols, &scratch.pairs, table, into: &ids)
        } else {
            QueueMerging.merge(&scratch, table, recording: recorded, into: &ids)
        }
    }

    /// Looks through all pairs for each merge: quadratic, with a small constant.
    private static func scan(
        _ symbolList: inout [UInt32], _ pairList: inout [UInt64], _ table: MergeTable, into ids: inout [Int32]
    ) {
        var count = symbolList.count
        var symbols = symbolList.mutableSpan
        var pairs = pairList.mutableSpan
        var index = 0
        while index + 1 < count {
            pairs[index] = table.find(symbols[index], symbols[index + 1])
            index += 1
        }
        while count > 1 {
            var best = Self.rankBits
            var merged = UInt64(0)
            var at = 0
            for index in 0..<count - 1 {
                // Below the counts that the spans were made with.
                let pair = unsafe pairs[unchecked: index]
                // Of equal ranks the leftmost stays.
                if pair < best {
                    best = pair & Self.rankBits
                    merged = pair
                    at = index
                }
            }
            if best == Self.rankBits { break }
            symbols[at] = UInt32(truncatingIfNeeded: merged)
            count -= 1
            index = at + 1
            while index < count {
                unsafe symbols[unchecked: index] = unsafe symbols[unchecked: index + 1]
                unsafe pairs[unchecked: index] = unsafe pairs[unchecked: index + 1]
                index += 1
            }
            if at > 0 { pairs[at - 1] = table.find(symbols[at - 1], symbols[at]) }
            if at + 1 < count { pairs[at] = table.find(symbols[at], symbols[at + 1]) }
        }
        for index in 0..<count { ids.append(Int32(bitPattern: symbols[index])) }
    }
}
