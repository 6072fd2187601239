// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
package import VLLMTensors

extension ConfigReader {
    /// The type that `dtype` or its older name `torch_dtype` gives the weights, in the object or in its `text_config`;
    /// nil where none does.
    ///
    /// Weights of types that only quantization has are refused, unless a `quantization_config` says how to read them.
    package func dtype() throws(CheckpointError) -> DType? {
        var types: [DType] = []
        for key in ["dtype", "torch_dtype"] {
            guard let name = try string(key) else { continue }
            if let type = try dtype(key, name) { types.append(type) }
        }
        if let type = types.first { return type }
        return try nested("text_config")?.dtype()
    }

    private func dtype(_ key: String, _ name: String) throws(CheckpointError) -> DType? {
        switch name.hasPrefix("torch.") ? String(name.dropFirst(6)) : name {
        case "auto": return nil
        case "float16", "half": return .float16
        case "bfloat16": return .bfloat16
        case "float32", "float", "float64", "double": return .float32
        case let name where ["float8", "float4", "fp8", "fp4", "int", "uint"].contains(where: name.hasPrefix):
            if object["quantization_config"]?.objectValue != nil { return nil }
            throw error(
                key,
                "is \"\(name)\", the type of quantized weights, which are not supported here: take a checkpoint in bfloat16, float16 or float32, or where the weights are of such a type, say so with --hf-overrides '{\"\(key)\": null}'"
            )
        default:
            throw error(
                key,
                "is \(Self.show(.string(name))), which is no type of weights; bfloat16, float16, float32 and float64 are"
            )
        }
    }
}
