// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Maps code points to their full decompositions.
struct DecompositionTable: Sendable {
    /// The code points that have one, in order.
    let keys: [UInt32]
    private let ends: [UInt32]
    private let scalars: [UInt32]

    init(_ encoded: StaticString) {
        var numbers = EncodedNumbers(encoded)
        var keys: [UInt32] = []
        var ends: [UInt32] = []
        var scalars: [UInt32] = []
        var key: UInt32 = 0
        while let delta = numbers.next(), let count = numbers.next() {
            key += delta
            keys.append(key)
            for _ in 0..<count { scalars.append(numbers.next() ?? 0xFFFD) }
            ends.append(UInt32(scalars.count))
        }
        self.keys = keys
        self.ends = ends
        self.scalars = scalars
    }

    /// Returns the decomposition of a code point, or nil if it has none.
    subscript(_ scalar: UInt32) -> ArraySlice<UInt32>? {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < keys.count, keys[low] == scalar else { return nil }
        return scalars[(low == 0 ? 0 : Int(ends[low - 1]))..<Int(ends[low])]
    }
}
