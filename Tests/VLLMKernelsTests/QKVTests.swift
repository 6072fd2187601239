// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance
import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct QKVTests {
    struct Case {
        var heads = 3
        var kvHeads = 2
        var dim = 20
        var rotary = 12
        var rope = VLLM_ROPE_HALF
        var hasNorm = false
        var dtype = VLLM_DTYPE_BF16
        let tokens = 9
        var slots: [Int32] { [3, 4, 5, -1, 40, 31, 0, 16, 47] }
        let positions: [Int32] = [0, 1, 2, 3, 20, 21, 7, 8, 9]
    }

    @Test(arguments: InstructionSet.all, dtypes)
    func headsAreNormedRotatedAndStored(set: InstructionSet, dtype: vllm_dtype) {
        for rope in [VLLM_ROPE_NONE, VLLM_ROPE_HALF, VLLM_ROPE_INTERLEAVED] {
            for hasNorm in [false, true] {
                for (dim, rotary) in [(20, 12), (64, 64), (80, 32), (128, 128), (2, 2)] {
                    check(
                        Case(dim: dim, rotary: rotary, rope: rope, hasNorm: hasNorm, dtype: dtype), set,
                        "rope \(rope.rawValue), norm \(hasNorm), dim \(dim)")
                }
            }
        }
    }

    private func angle(_ position: Int, _ i: Int) -> Float { Float(position) * 0.3 / Float(i + 1) }

    private func check(_ item: Case, _ set: InstructionSet, _ note: String) {
        var numbers = Numbers(seed: 21)
        let width = (item.heads + 2 * item.kvHeads) * item.dim
        let x = numbers.floats(item.tokens * width)
        let (qNorm, kNorm) = (numbers.floats(item.dim), numbers.floats(item.dim))
        let angles = (0..<32).flatMap { position in (0..<item.rotary / 2).map { angle(position, $0) } }
        let queryType = item.dtype == VLLM_DTYPE_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32
        let element = item.dtype == VLLM_DTYPE_F32 ? 4 : 2
        let q = Memory(bytes: item.tokens * item.heads * item.dim * (queryType == VLLM_DTYPE_BF16 ? 2 : 4))
        let (k, v) = (
            Memory(bytes: 48 * item.kvHeads * item.dim * element),
            Memory(bytes: 48 * item.kvHeads * item.dim * element)
        )
        let (input, cosines, sines) = (
            Memory(x), Memory(angles.map { Float(cos(Double($0))) }),
            Memory(angles.map { Float(sin(Double($0))) })
        )
        let (positions, slots) = (Memory(item.positions), Memory(item.slots))
        let (first, second) = (Memory(qNorm), Memory(kNorm))
        var arguments = unsafe vllm_qkv_args()
        unsafe (arguments.qkv, arguments.ld) = (UnsafePointer(input.pointer(to: Float.self)), width)
        unsafe (arguments.heads, arguments.kv_heads, arguments.head_dim) = (
            Int32(item.heads), Int32(item.kvHeads), Int32(item.dim)
        )
        unsafe (arguments.rope, arguments.rotary_dim) = (item.rope, Int32(item.rotary))
        unsafe arguments.cos = UnsafePointer(cosines.pointer(to: Float.self))
        unsafe arguments.sin = UnsafePointer(sines.pointer(to: Float.self))
        unsafe arguments.positions = UnsafePointer(positions.pointer(to: Int32.self))
        unsafe arguments.slots = UnsafePointer(slots.pointer(to: Int32.self))
        unsafe arguments.q_norm = item.hasNorm ? UnsafePointer(first.pointer(to: Float.self)) : nil
        unsafe arguments.k_norm = item.hasNorm ? UnsafePointer(second.pointer(to: Float.self)) : nil
        unsafe arguments.epsilon = 1e-6
        unsafe (arguments.q, arguments.ldq) = (q.address, item.heads * item.dim)
        unsafe (arguments.k_cache, arguments.v_cache) = (k.address, v.address)
        unsafe arguments.cache_dtype = item.dtype
        unsafe set.kernels.qkv(&arguments, 0, 4)
        unsafe set.kernels.qkv(&arguments, 4, Int32(item.tokens))

        let layout = AttentionCase(heads: item.heads, kvHeads: item.kvHeads, dim: item.dim, dtype: item.dtype)
        let (foundQ, foundK, foundV) = (
            q.floats(as: queryType), k.floats(as: item.dtype), v.floats(as: item.dtype)
        )
        let reference = RotaryReference(
            style: item.rope == VLLM_ROPE_NONE
                ? .none : item.rope == VLLM_ROPE_HALF ? .halves : .interleaved,
            rotaryDim: item.rotary, cosines: cosines.array(of: Float.self),
            sines: sines.array(of: Float.self),
            epsilon: 1e-6)
        func near(_ found: Float, _ expected: Double, _ dtype: vllm_dtype) -> Bool {
            abs(Double(found) - expected) <= RotaryReference.tolerance(expected, as: dtype.type)
        }
        for token in 0..<item.tokens {
            func head(_ index: Int) -> [Float] {
                Array(x[token * width + index * item.dim..<token * width + (index + 1) * item.dim])
            }
            let position = Int(item.positions[token])
            for index in 0..<item.heads {
                let expected = reference.head(
                    head(index), norm: item.hasNorm ? qNorm : [], position: position)
                let start = (token * item.heads + index) * item.dim
                #expect(
                    expected.indices.allSatisfy { near(foundQ[start + $0], expected[$0], queryType) },
                    "\(note)")
            }
            guard item.slots[token] >= 0 else { continue }
            let slot = Int(item.slots[token])
            for index in 0..<item.kvHeads {
                let expected = reference.head(
                    head(item.heads + index), norm: item.hasNorm ? kNorm : [], position: position)
                let values = head(item.heads + item.kvHeads + index)
                #expect(
                    (0..<item.dim).allSatisfy {
                        near(
                            foundK[layout.keyIndex(slot: slot, head: index, d: $0)], expected[$0], item.dtype)
                            && foundV[layout.valueIndex(slot: slot, head: index, d: $0)]
                                == values[$0].rounded(to: item.dtype)
                    }, "\(note)")
            }
        }
        let written = item.slots.count { $0 >= 0 }
        let nonzero = foundV.count { $0 != 0 }
        #expect(nonzero <= written * item.kvHeads * item.dim)
    }
}
