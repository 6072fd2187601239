// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// Numbers in a block format, as a checkpoint would hold them, and what these stand for.
///
/// Rounds roughly: small factors differ from group to group, so that each of their bits is tried.
package struct StoredBlocks: Sendable {
    package private(set) var bytes: [UInt8] = []
    package private(set) var values: [Float] = []

    /// - Parameters:
    ///   - numbers: whole blocks.
    ///   - format: one that has a packed format of its own.
    package init(_ numbers: [Float], as format: BlockFormat) {
        for begin in stride(from: 0, to: numbers.count, by: format.length) {
            let block = Array(numbers[begin..<begin + format.length])
            switch format {
            case .q4_0: append(plain: block, bits: 4)
            case .q5_0: append(plain: block, bits: 5)
            case .q8_0: append(plain: block, bits: 8)
            case .q4K: appendQ4K(block)
            case .q6K: appendQ6K(block)
            case .q4_1, .q5_1, .q2K, .q3K, .q5K, .iq4NL, .iq4XS, .mxfp4:
                preconditionFailure("nothing is rounded to \(format.rawValue)")
            }
        }
    }

    /// Blocks of 32 with one factor.
    private mutating func append(plain block: [Float], bits: Int) {
        let zero = 1 << (bits - 1)
        let largest = block.reduce(0) { max($0, abs($1)) }
        let scale = Float(Float16(largest / Float(bits == 8 ? 127 : zero)))
        let codes = block.map { value in
            scale > 0 ? min(max(Int((value / scale).rounded()), -zero), zero - 1) : 0
        }
        values += codes.map { scale * Float($0) }
        append(half: scale)
        if bits == 8 {
            bytes += codes.map { UInt8(bitPattern: Int8($0)) }
            return
        }
        let stored = codes.map { $0 + zero }
        if bits == 5 {
            let fifths = stored.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element >> 4) << $1.offset }
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: fifths >> (8 * $0)) }
        }
        bytes += Self.halves(stored)
    }

    private mutating func appendQ4K(_ block: [Float]) {
        let largest = block.reduce(0) { max($0, abs($1)) }
        let scale = Float(Float16(largest / 300))
        let minimum = Float(Float16(largest / 40))
        append(half: scale)
        append(half: minimum)
        let seed = Int(block[0].bitPattern % 61)
        let factors = (0..<8).map { ((11 * $0 + seed) % 48 + 16, (13 * $0 + 5 * seed) % 48 + 16) }
        var packed = [UInt8](repeating: 0, count: 12)
        for (group, (scale, minimum)) in factors.enumerated() {
            if group < 4 {
                packed[group] |= UInt8(scale)
                packed[group + 4] |= UInt8(minimum)
            } else {
                packed[group + 4] |= UInt8(scale % 16) | UInt8(minimum % 16) << 4
                packed[group - 4] |= UInt8(scale / 16) << 6
                packed[group] |= UInt8(minimum / 16) << 6
            }
        }
        bytes += packed
        var codes: [Int] = []
        for (index, value) in block.enumerated() {
            let (small, least) = factors[index / 32]
            let (step, origin) = (scale * Float(small), minimum * Float(least))
            let code = step > 0 ? min(max(Int(((value + origin) / step).rounded()), 0), 15) : 0
            codes.append(code)
            values.append(step * Float(code) - origin)
        }
        for begin in stride(from: 0, to: 256, by: 64) {
            bytes += Self.halves(Array(codes[begin..<begin + 64]))
        }
    }

    private mutating func appendQ6K(_ block: [Float]) {
        let largest = block.reduce(0) { max($0, abs($1)) }
        let scale = Float(Float16(largest / 2600))
        let seed = Int(block[0].bitPattern % 61)
        let factors = (0..<16).map { ((7 * $0 + seed) % 80 + 48) * ($0 % 3 == 1 ? -1 : 1) }
        var codes: [Int] = []
        for (index, value) in block.enumerated() {
            let step = scale * Float(factors[index / 16])
            let code = step != 0 ? min(max(Int((value / step).rounded()), -32), 31) : 0
            codes.append(code + 32)
            values.append(step * Float(code))
        }
        for begin in [0, 128] { bytes += Self.halves(codes[begin..<begin + 128].map { $0 % 16 }) }
        for begin in [0, 128] {
            bytes += (0..<32).map { lane in
                (0..<4).reduce(UInt8(0)) { $0 | UInt8(codes[begin + 32 * $1 + lane] / 16) << (2 * $1) }
            }
        }
        bytes += factors.map { UInt8(bitPattern: Int8($0)) }
        append(half: scale)
    }

    /// Four bits each: the first half of the codes in low halves of bytes, the others in high ones.
    private static func halves(_ codes: [Int]) -> [UInt8] {
        let half = codes.count / 2
        return (0..<half).map { UInt8(codes[$0] % 16) | UInt8(codes[half + $0] % 16) << 4 }
    }

    private mutating func append(half value: Float) {
        let bits = Float16(value).bitPattern
        bytes += [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)]
    }
}
