// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A set of code points held as the sorted places where membership changes.
struct ScalarSet: Sendable {
    /// Membership is false before the first entry and flips at each.
    private let changes: [UInt32]

    init(_ encoded: StaticString) {
        var numbers = EncodedNumbers(encoded)
        var changes: [UInt32] = []
        var position: UInt32 = 0
        var isMember = false
        while let length = numbers.next(), let value = numbers.next() {
            if (value != 0) != isMember {
                changes.append(position)
                isMember.toggle()
            }
            position += length
        }
        if isMember { changes.append(position) }
        self.changes = changes
    }

    /// Whether the set has the code point.
    func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= scalar { low = middle + 1 } else { high = middle }
        }
        return low & 1 == 1
    }

    /// The ranges of members in order.
    var ranges: [ClosedRange<UInt32>] {
        stride(from: 0, to: changes.count - 1, by: 2).map { changes[$0]...(changes[$0 + 1] - 1) }
    }
}
