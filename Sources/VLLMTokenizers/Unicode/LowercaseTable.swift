// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Maps code points to lower case, each alone: a final sigma is like any other.
struct LowercaseTable: Sendable {
    /// The table, expanded on first use.
    static let shared = LowercaseTable()

    private let mapping: [UInt32: UInt32]

    private init() {
        var numbers = EncodedNumbers(UnicodeCaseData.lowercase)
        var mapping: [UInt32: UInt32] = [:]
        var scalar: UInt32 = 0
        while let delta = numbers.next(), let difference = numbers.nextSigned() {
            scalar += delta
            mapping[scalar] = UInt32(Int32(scalar) + difference)
        }
        self.mapping = mapping
    }

    /// Appends the lower case of a code point.
    func append(_ scalar: UInt32, to output: inout [UInt8]) {
        if scalar == 0x130 {
            output.append(0x69)
            output.appendUTF8(0x307)
        } else {
            output.appendUTF8(mapping[scalar] ?? scalar)
        }
    }
}
