// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

extension CPUBackend {
    /// The instruction sets, best first.
    private static let instructionSets: [vllm_isa] = [
        VLLM_ISA_AVX512_BF16, VLLM_ISA_AVX512, VLLM_ISA_AVX2, VLLM_ISA_PORTABLE,
    ]

    /// The names of the instruction sets that this processor has, best first.
    package static var availableInstructionSets: [String] {
        instructionSets.filter { unsafe vllm_kernels_for($0) != nil }.map(name(of:))
    }

    static func name(of isa: vllm_isa) -> String {
        guard let name = unsafe vllm_isa_name(isa) else { return "unknown" }
        return unsafe String(cString: name)
    }

    static func instructionSet(named name: String?) throws(DeviceError) -> vllm_isa {
        guard let name else { return vllm_isa_best() }
        guard let isa = instructionSets.first(where: { Self.name(of: $0) == name }) else {
            throw DeviceError(
                "there is no instruction set '\(name)'; this processor has \(availableInstructionSets.joined(separator: ", "))."
            )
        }
        return isa
    }
}

extension DType {
    /// The kernels' name of the type.
    var kernelType: vllm_dtype {
        switch self {
        case .float32, .int32: VLLM_DTYPE_F32
        case .float16: VLLM_DTYPE_F16
        case .bfloat16: VLLM_DTYPE_BF16
        }
    }
}

extension Activation {
    /// The kernels' name of the function.
    var kernelActivation: vllm_activation {
        switch self {
        case .none: VLLM_ACT_NONE
        case .silu: VLLM_ACT_SILU
        case .gelu: VLLM_ACT_GELU
        case .geluTanh: VLLM_ACT_GELU_TANH
        case .relu: VLLM_ACT_RELU
        case .sigmoid: VLLM_ACT_SIGMOID
        case .swiGLUClamped: VLLM_ACT_SWIGLU_CLAMPED
        }
    }
}
