// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing

/// A small seeded generator, so that every run tests the same numbers.
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Uniform in [−1, 1).
    mutating func float() -> Float { Float(Int64(next() >> 40) - (1 << 23)) / Float(1 << 23) }

    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in float() * scale }
    }
}

extension Float {
    /// The nearest bf16, ties to even.
    var bf16: UInt16 {
        if isNaN { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)) >> 16)
    }

    init(bf16: UInt16) { self.init(bitPattern: UInt32(bf16) << 16) }

    /// This number as the element type holds it.
    func rounded(to dtype: vllm_dtype) -> Float {
        switch dtype {
        case VLLM_DTYPE_BF16: Float(bf16: bf16)
        case VLLM_DTYPE_F16: Float(Float16(self))
        default: self
        }
    }
}

extension Memory {
    convenience init(_ values: [Float], as dtype: vllm_dtype) {
        switch dtype {
        case VLLM_DTYPE_BF16: self.init(values.map(\.bf16))
        case VLLM_DTYPE_F16: self.init(values.map { Float16($0).bitPattern })
        default: self.init(values)
        }
    }

    func floats(as dtype: vllm_dtype) -> [Float] {
        switch dtype {
        case VLLM_DTYPE_BF16: array(of: UInt16.self).map { Float(bf16: $0) }
        case VLLM_DTYPE_F16: array(of: UInt16.self).map { Float(Float16(bitPattern: $0)) }
        default: array(of: Float.self)
        }
    }
}

/// One set of kernels that this machine can run.
struct InstructionSet: CustomTestStringConvertible, Sendable {
    let isa: vllm_isa

    var testDescription: String { unsafe String(cString: vllm_isa_name(isa)) }

    var kernels: vllm_kernels {
        guard let table = unsafe vllm_kernels_for(isa) else { preconditionFailure("no kernels for \(isa)") }
        return unsafe table.pointee
    }

    static let all = [VLLM_ISA_PORTABLE, VLLM_ISA_AVX2, VLLM_ISA_AVX512, VLLM_ISA_AVX512_BF16]
        .filter { unsafe vllm_kernels_for($0) != nil }
        .map(InstructionSet.init)
}

let dtypes = [VLLM_DTYPE_F32, VLLM_DTYPE_F16, VLLM_DTYPE_BF16]
/// Half a unit in the last place of bf16 and float32, relative.
let bf16Epsilon = 0x1p-8
let floatEpsilon = 0x1p-24
