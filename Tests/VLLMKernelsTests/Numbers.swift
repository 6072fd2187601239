// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance
import VLLMTensors

typealias Memory = HostMemory

extension vllm_dtype {
    /// The type of tensors that it is.
    var type: DType {
        switch self {
        case VLLM_DTYPE_BF16: .bfloat16
        case VLLM_DTYPE_F16: .float16
        default: .float32
        }
    }
}

extension Float {
    /// This number as the element type holds it.
    func rounded(to dtype: vllm_dtype) -> Float { rounded(to: dtype.type) }
}

extension Memory {
    convenience init(_ values: [Float], as dtype: vllm_dtype) { self.init(values, as: dtype.type) }

    func floats(as dtype: vllm_dtype) -> [Float] { floats(as: dtype.type) }
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
