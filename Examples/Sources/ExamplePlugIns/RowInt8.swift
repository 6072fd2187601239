// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

/// A quantization scheme: `X.weight` holds signed bytes, `X.weight_scale` one float32 factor a row.
///
/// Chosen by `"quantization_config": {"quant_method": "row-int8"}` in config.json.
struct RowInt8: QuantizationScheme {
    func weight(
        _ layer: String, rows: Int, columns: Int, from tensors: TensorReader
    ) throws -> QuantizedWeight? {
        // Layers without scales are stored as usual.
        guard let scales = tensors.tensor(layer + ".weight_scale") else { return nil }
        let weight = try tensors.require(layer + ".weight")
        guard weight.typeName == "I8", weight.shape == [rows, columns], scales.typeName == "F32",
            scales.shape == [rows] || scales.shape == [rows, 1]
        else {
            throw CheckpointError(
                tensors.name, "'\(layer)' should be I8 of [\(rows), \(columns)] with F32 scales a row.")
        }
        return QuantizedWeight { range, values in
            weight.withBytes { bytes in
                scales.withBytes { factors in
                    for row in range {
                        let factor = unsafe factors.unsafeLoadUnaligned(
                            fromByteOffset: row * 4, as: Float.self)
                        for column in 0..<columns {
                            let value = unsafe bytes.unsafeLoad(
                                fromByteOffset: row * columns + column, as: Int8.self)
                            values[(row - range.lowerBound) * columns + column] = Float(value) * factor
                        }
                    }
                }
            }
        }
    }
}
