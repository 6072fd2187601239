// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Elements of matrices in the CPU's memory, one by one.
extension Tensor {
    private func pointer(_ row: Int, _ column: Int) -> UnsafeMutableRawPointer {
        precondition(row < rows && column < columns)
        guard
            let pointer = unsafe UnsafeMutableRawPointer(
                bitPattern: address + UInt((row * stride + column) * dtype.size))
        else { preconditionFailure("no memory") }
        return unsafe pointer
    }

    func load(_ row: Int, _ column: Int) -> Float { unsafe pointer(row, column).load(as: Float.self) }

    func integer(_ row: Int, _ column: Int) -> Int32 { unsafe pointer(row, column).load(as: Int32.self) }

    /// Stores a number, cut to bfloat16 where that is the type.
    func store(_ value: Float, _ row: Int, _ column: Int) {
        if dtype == .bfloat16 {
            unsafe pointer(row, column).storeBytes(
                of: UInt16(value.bitPattern >> 16), as: UInt16.self)
        } else {
            unsafe pointer(row, column).storeBytes(of: value, as: Float.self)
        }
    }

    /// One row.
    func row(_ index: Int) -> Tensor {
        Tensor(
            address: address + UInt(index * stride * dtype.size), dtype: dtype, rows: 1, columns: columns,
            stride: stride)
    }
}

/// Numbers in [−1, 1) that every machine draws alike.
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> Float {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Float(Int64(state >> 40) - (1 << 23)) / Float(1 << 23)
    }
}
