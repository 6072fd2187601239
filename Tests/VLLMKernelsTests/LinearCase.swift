// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMConformance

/// A linear layer with random weights: what the kernels are given, and what they should answer.
struct LinearCase {
    var m = 5
    var n = 40
    var k = 34
    var dtype = VLLM_DTYPE_BF16
    var activation = VLLM_ACT_NONE
    var gated = false
    var hasBias = false
    var output = VLLM_OUT_F32

    let x: [Float], weight: [Float], bias: [Float], before: [Float]

    /// `n` counts outputs; a gated layer has gate and up rows for each.
    init(
        m: Int, n: Int, k: Int, dtype: vllm_dtype, activation: vllm_activation = VLLM_ACT_NONE,
        gated: Bool = false,
        hasBias: Bool = false, output: vllm_output = VLLM_OUT_F32, seed: UInt64 = 1
    ) {
        (self.m, self.n, self.k, self.dtype) = (m, n, k, dtype)
        (self.activation, self.gated, self.hasBias, self.output) = (activation, gated, hasBias, output)
        var numbers = Numbers(seed: seed)
        let inputType = dtype == VLLM_DTYPE_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32
        x = numbers.floats(m * k).map { $0.rounded(to: inputType) }
        weight = numbers.floats(n * k * (gated ? 2 : 1)).map { $0.rounded(to: dtype) }
        bias = numbers.floats(n * (gated ? 2 : 1))
        before = numbers.floats(m * n)
    }

    var panels: Int { (n + 15) / 16 * (gated ? 2 : 1) }

    /// Weight row of each packed row: nil is padding.
    var packedRows: [Int?] {
        (0..<panels * 16).map { row in
            let panel = row / 16
            let output = (gated ? panel / 2 : panel) * 16 + row % 16
            guard output < n else { return nil }
            return gated && panel % 2 == 1 ? n + output : output
        }
    }

    func packedWeight() -> Memory {
        let source = Memory(weight, as: dtype)
        let element = dtype == VLLM_DTYPE_F32 ? 4 : 2
        let bytes = vllm_panel_bytes(dtype, Int32(k))
        let packed = Memory(bytes: panels * bytes)
        let rows = packedRows
        for panel in 0..<panels {
            let pointers: [UnsafeRawPointer?] = unsafe (0..<16).map { lane in
                unsafe rows[panel * 16 + lane].map {
                    unsafe UnsafeRawPointer(source.address + $0 * k * element)
                }
            }
            unsafe vllm_pack_panel(packed.address + panel * bytes, dtype, pointers, dtype, 1, Int32(k))
        }
        return packed
    }

    /// Computes the pieces (panel range, row range) and returns the whole output's bits.
    func run(_ set: InstructionSet, pieces: [(Range<Int>, Range<Int>)]? = nil) -> Memory {
        let inputType = dtype == VLLM_DTYPE_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32
        let input = Memory(x, as: inputType)
        let packed = packedWeight()
        let packedBias = Memory(packedRows.map { row in row.map { bias[$0] } ?? 0 })
        let outType = output == VLLM_OUT_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32
        let out = Memory(before, as: outType)
        var arguments = unsafe vllm_linear_args()
        unsafe arguments.x = UnsafeRawPointer(input.address)
        unsafe arguments.ldx = k
        unsafe arguments.weight = UnsafeRawPointer(packed.address)
        unsafe arguments.weight_dtype = dtype
        unsafe arguments.bias = hasBias ? UnsafePointer(packedBias.pointer(to: Float.self)) : nil
        unsafe (arguments.m, arguments.n, arguments.k) = (Int32(m), Int32(panels * 16), Int32(k))
        unsafe arguments.activation = activation
        unsafe arguments.gated = gated ? 1 : 0
        unsafe arguments.output = output
        unsafe arguments.out = out.address
        unsafe arguments.ldo = n
        unsafe arguments.out_columns = Int32(n)
        for (columns, rows) in pieces ?? [(0..<panels, 0..<m)] {
            unsafe set.kernels.linear(
                &arguments, Int32(columns.lowerBound), Int32(columns.upperBound), Int32(rows.lowerBound),
                Int32(rows.upperBound))
        }
        return out
    }
}
