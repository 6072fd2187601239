// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints

/// How a checkpoint's quantized tensors become weights.
///
/// Made from `quantization_config` of config.json, whose `quant_method` is the name it was registered under.
public protocol QuantizationScheme: Sendable {
    /// The weight of a layer, `[rows, columns]` as the architecture wants it; nil where it is stored as without a
    /// scheme.
    ///
    /// - Parameter layer: its name without `.weight`, such as `model.layers.0.mlp.up_proj`.
    func weight(
        _ layer: String, rows: Int, columns: Int, from tensors: TensorReader
    ) throws -> QuantizedWeight?
}

/// A quantized weight, as the values that it stands for.
public struct QuantizedWeight: Sendable {
    /// Writes some rows as float32, `[rows.count, columns]`, each value once.
    package let decode: @Sendable (_ rows: Range<Int>, _ values: inout MutableSpan<Float>) -> Void

    /// Describes a weight by a function that gives its values row by row.
    ///
    /// The values are packed in the model's dtype, so the weight takes as much memory as an unquantized one.
    public init(
        decode: @escaping @Sendable (_ rows: Range<Int>, _ values: inout MutableSpan<Float>) -> Void
    ) {
        self.decode = decode
    }
}
