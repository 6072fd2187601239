// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// A row of a checkpoint's matrix.
@safe struct StoredRow {
    let address: UnsafeRawPointer
    let format: StoredFormat
    /// Elements from one to the next.
    let stride: Int

    /// A row of a part; nil where there is no memory.
    init?(_ row: Int, of part: TensorSource) {
        guard let address = unsafe UnsafeRawPointer(bitPattern: part.address(ofRow: row)) else { return nil }
        unsafe self.address = address
        (format, stride) = (part.format, part.columnStride)
    }

    /// Writes its numbers as float32.
    func widen(into values: UnsafeMutablePointer<Float>, count: Int) {
        switch format {
        case .numbers(let dtype):
            unsafe vllm_widen_row(values, address, dtype.kernelType, stride, Int32(count))
        case .blocks(let blocks):
            unsafe vllm_widen_blocks(values, address, blocks.kernelType, Int32(count))
        }
    }

    /// Its numbers, of which there are so many.
    func values(count: Int) -> [Float] {
        var values = [Float](repeating: 0, count: count)
        unsafe values.withUnsafeMutableBufferPointer { values in
            if let base = values.baseAddress { unsafe widen(into: base, count: count) }
        }
        return values
    }

    /// The first column in which no finite number stands, or one that is none when it is packed; nil where all are.
    func firstBeyond(_ packed: KernelFormat, count: Int) -> Int? {
        switch format {
        case .numbers(let dtype):
            let column = unsafe vllm_first_beyond(
                address, dtype.kernelType, stride, Int32(count), packed.limit(of: dtype))
            return column < 0 ? nil : Int(column)
        case .blocks(let blocks):
            if blocks == .mxfp4 { return firstBeyond(packed, powers: count / blocks.length) }
            // Codes are finite, so that all of a block's numbers are if its factors are.
            for block in 0..<count / blocks.length {
                for factor in blocks.factors {
                    let bits = unsafe address.loadUnaligned(
                        fromByteOffset: block * blocks.size + factor, as: UInt16.self)
                    guard Float16(bitPattern: bits).isFinite else { return block * blocks.length }
                }
            }
            return nil
        }
    }
}

extension StoredRow {
    /// The first column of a block of MXFP4 whose factor is no number, or none that Q8_0 has.
    private func firstBeyond(_ packed: KernelFormat, powers count: Int) -> Int? {
        // 255 is NaN; half of 2^16 is the largest power of two in float16.
        let limit = packed.dtype == VLLM_DTYPE_Q8_0 ? 127 + 16 : 254
        let block = (0..<count).first { block in
            unsafe address.load(fromByteOffset: block * BlockFormat.mxfp4.size, as: UInt8.self) > limit
        }
        return block.map { $0 * BlockFormat.mxfp4.length }
    }
}

extension BlockFormat {
    /// Where in a block its float16 factors stand.
    fileprivate var factors: [Int] {
        switch self {
        case .q4_0, .q5_0, .q8_0, .iq4NL, .iq4XS: [0]
        case .q4_1, .q5_1, .q4K, .q5K: [0, 2]
        case .q2K: [80, 82]
        case .q3K: [108]
        case .mxfp4: []
        case .q6K: [208]
        }
    }

    /// The format as the kernels name it.
    var kernelType: vllm_block {
        switch self {
        case .q4_0: VLLM_BLOCK_Q4_0
        case .q4_1: VLLM_BLOCK_Q4_1
        case .q5_0: VLLM_BLOCK_Q5_0
        case .q5_1: VLLM_BLOCK_Q5_1
        case .q8_0: VLLM_BLOCK_Q8_0
        case .q2K: VLLM_BLOCK_Q2_K
        case .q3K: VLLM_BLOCK_Q3_K
        case .q4K: VLLM_BLOCK_Q4_K
        case .q5K: VLLM_BLOCK_Q5_K
        case .q6K: VLLM_BLOCK_Q6_K
        case .iq4NL: VLLM_BLOCK_IQ4_NL
        case .iq4XS: VLLM_BLOCK_IQ4_XS
        case .mxfp4: VLLM_BLOCK_MXFP4
        }
    }
}
