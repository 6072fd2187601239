// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing

@Suite struct RowTests {
    @Test(arguments: InstructionSet.all)
    func conversionsRoundToNearestEvenAndKeepNaN(set: InstructionSet) {
        var numbers = Numbers(seed: 11)
        var x = numbers.floats(300, scale: 1000) + numbers.floats(300, scale: 1e-3)
        x += [
            0, -0.0, .infinity, -.infinity, .nan, 1, 65504, 65519, 65520, -65520, 1e30, 5.9e-8, 3e-8, 2.9e-8,
            6.1e-5,
        ]
        x += [Float(bitPattern: 0x3f80_8000), Float(bitPattern: 0x3f81_8000), Float(bitPattern: 0x7fff_ffff)]
        x += [Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0x7f7f_ffff), Float(bitPattern: 0x3f80_7fff)]
        for count in [1, 15, 16, 17, x.count] {
            for dtype in dtypes {
                let part = Array(x.suffix(count))
                let out = Memory(bytes: count * (dtype == VLLM_DTYPE_F32 ? 4 : 2))
                unsafe set.kernels.convert(out.address, dtype, part, count)
                for (found, value) in zip(out.floats(as: dtype), part) {
                    let expected = value.rounded(to: dtype)
                    #expect(
                        found.bitPattern == expected.bitPattern || (found.isNaN && expected.isNaN), "\(value)"
                    )
                }
            }
        }
    }

    @Test(arguments: InstructionSet.all)
    func normsAreWithinRounding(set: InstructionSet) {
        var numbers = Numbers(seed: 12)
        for n in [1, 2, 16, 33, 64, 100, 896, 1000] {
            for isLayer in [false, true] {
                for hasBias in [false, true] {
                    let x = numbers.floats(3 * n, scale: 5)
                    let weight = numbers.floats(n)
                    let bias = numbers.floats(n)
                    check(set, x, weight, hasBias ? bias : [], n: n, isLayer: isLayer, dtype: VLLM_DTYPE_F32)
                    check(set, x, weight, hasBias ? bias : [], n: n, isLayer: isLayer, dtype: VLLM_DTYPE_BF16)
                }
            }
        }
    }

    private func check(
        _ set: InstructionSet, _ x: [Float], _ weight: [Float], _ bias: [Float], n: Int, isLayer: Bool,
        dtype: vllm_dtype
    ) {
        let (input, scale, shift) = (Memory(x), Memory(weight), Memory(bias))
        let out = Memory(bytes: x.count * (dtype == VLLM_DTYPE_F32 ? 4 : 2))
        var arguments = unsafe vllm_norm_args()
        unsafe arguments.x = UnsafePointer(input.pointer(to: Float.self))
        unsafe (arguments.ldx, arguments.ldo, arguments.n) = (n, n, Int32(n))
        unsafe arguments.weight = UnsafePointer(scale.pointer(to: Float.self))
        unsafe arguments.bias = bias.isEmpty ? nil : UnsafePointer(shift.pointer(to: Float.self))
        unsafe arguments.epsilon = 1e-5
        unsafe arguments.layer_norm = isLayer ? 1 : 0
        unsafe (arguments.out, arguments.out_dtype) = (out.address, dtype)
        unsafe set.kernels.norm(&arguments, 0, 3)
        let found = out.floats(as: dtype)
        for row in 0..<3 {
            let values = x[row * n..<(row + 1) * n].map(Double.init)
            let mean = isLayer ? values.reduce(0, +) / Double(n) : 0
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
            let factor = 1 / (variance + 1e-5).squareRoot()
            for i in 0..<n {
                let expected =
                    (values[i] - mean) * factor * Double(weight[i]) + (bias.isEmpty ? 0 : Double(bias[i]))
                // n / 16 + 8 roundings in the sums; the mean's error is relative to the largest element, 5.
                var tolerance = Double(n / 16 + 16) * floatEpsilon * (abs(expected) + 1 + 5 * factor)
                if dtype == VLLM_DTYPE_BF16 { tolerance += 1.01 * bf16Epsilon * abs(expected) }
                #expect(abs(Double(found[row * n + i]) - expected) <= tolerance)
            }
        }
    }

    @Test(arguments: [nil, 5])
    func packedRowsComeBack(missing: Int?) {
        for source in dtypes {
            for packed in dtypes {
                for k in [2, 38, 64, packed == VLLM_DTYPE_BF16 ? 6 : 7] {
                    for isTransposed in [false, true] {
                        checkPacking(source, packed, k: k, isTransposed: isTransposed, missing: missing)
                    }
                }
            }
        }
    }

    /// Row i begins at i · k, or, of the transposed matrix, at i.
    private func checkPacking(
        _ source: vllm_dtype, _ packed: vllm_dtype, k: Int, isTransposed: Bool, missing: Int?
    ) {
        var numbers = Numbers(seed: 13)
        let weights = numbers.floats(16 * k).map { $0.rounded(to: source) }
        let memory = Memory(weights, as: source)
        let element = source == VLLM_DTYPE_F32 ? 4 : 2
        let pointers: [UnsafeRawPointer?] = unsafe (0..<16).map { row in
            if row == missing { return nil }
            return unsafe UnsafeRawPointer(memory.address + row * (isTransposed ? 1 : k) * element)
        }
        let panel = Memory(bytes: vllm_panel_bytes(packed, Int32(k)))
        unsafe vllm_pack_panel(panel.address, packed, pointers, source, isTransposed ? 16 : 1, Int32(k))
        let out = Memory(bytes: k * 4)
        for row in 0..<16 {
            unsafe vllm_unpack_row(out.pointer(to: Float.self), panel.address, packed, Int32(row), Int32(k))
            let expected = (0..<k).map { column in
                row == missing
                    ? 0 : weights[isTransposed ? column * 16 + row : row * k + column].rounded(to: packed)
            }
            #expect(out.array(of: Float.self) == expected, "\(source) to \(packed), k \(k), row \(row)")
        }
    }
}
