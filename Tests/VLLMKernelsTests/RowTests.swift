// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance

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

    @Test(arguments: [1, 3])
    func rowsAreWidenedWhereverTheyStand(stride: Int) {
        for source in dtypes {
            for k in [1, 7, 16, 67] {
                var numbers = Numbers(seed: 17)
                let values = numbers.floats(k * stride).map { $0.rounded(to: source) }
                let size = source == VLLM_DTYPE_F32 ? 4 : 2
                // One byte beside where such elements belong.
                let memory = Memory(bytes: 1 + values.count * size)
                let aligned = Memory(values, as: source)
                let out = Memory(bytes: k * 4)
                withExtendedLifetime((memory, aligned)) {
                    unsafe (memory.address + 1).copyMemory(
                        from: aligned.address, byteCount: values.count * size)
                    unsafe vllm_widen_row(
                        out.pointer(to: Float.self), memory.address + 1, source, stride, Int32(k))
                }
                #expect(out.array(of: Float.self) == (0..<k).map { values[$0 * stride] })
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
