// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// Operands in a backend's memory, made of numbers of the host.
extension Backend {
    /// A matrix [rows, columns], rounded to the type.
    func matrix(_ values: [Float], rows: Int, columns: Int, dtype: DType = .float32) throws(DeviceError)
        -> Tensor
    {
        let tensor = try allocate(rows: rows, columns: columns, dtype: dtype)
        write(values, to: tensor)
        return tensor
    }

    /// A matrix that nothing has been written to but what no result may have in it.
    func unwritten(rows: Int, columns: Int, dtype: DType = .float32) throws(DeviceError) -> Tensor {
        try matrix(
            [Float](repeating: .nan, count: rows * columns), rows: rows, columns: columns, dtype: dtype)
    }

    /// A weight [outputs, inputs] of one part, or of gate and up, one below the other.
    package func weight(
        _ values: [Float], inputs: Int, stored: StoredFormat, format: WeightFormat, isGated: Bool = false,
        isTransposed: Bool = false
    ) throws(DeviceError) -> PackedWeight {
        let rows = values.count / inputs
        let parts =
            isGated ? [values.prefix(values.count / 2), values.suffix(values.count / 2)] : [values[...]]
        let matrices = parts.map {
            HostMatrix(
                Array($0), rows: rows / parts.count, columns: inputs, format: stored,
                isTransposed: isTransposed)
        }
        let formats = parts.map { _ in format }
        return try pack(matrices, arrangement: isGated ? .gated : .stacked, formats: formats)
    }

    /// A weight of several parts.
    package func pack(
        _ parts: [HostMatrix], arrangement: WeightDescription.Arrangement, formats: [WeightFormat]
    ) throws(DeviceError) -> PackedWeight {
        try withSources(of: parts[...], []) { sources throws(DeviceError) in
            try self.pack(WeightDescription(parts: sources, arrangement: arrangement, formats: formats))
        }
    }

    /// A vector of as many elements as a weight has outputs, in two parts where that is gated.
    func vector(_ values: [Float], isGated: Bool) throws(DeviceError) -> PackedVector {
        let half = values.count / 2
        let parts = isGated ? [values.prefix(half), values.suffix(half)] : [values[...]]
        let matrices = parts.map {
            HostMatrix(Array($0), rows: $0.count, columns: 1, format: .numbers(.float32))
        }
        return try withSources(of: matrices[...], []) { sources throws(DeviceError) in
            try self.pack(vector: sources, arrangement: isGated ? .gated : .stacked)
        }
    }

    private func withSources<Result>(
        of parts: ArraySlice<HostMatrix>, _ sources: [TensorSource],
        _ body: ([TensorSource]) throws(DeviceError) -> Result
    ) throws(DeviceError) -> Result {
        guard let first = parts.first else { return try body(sources) }
        return try first.withSource { source throws(DeviceError) in
            try self.withSources(of: parts.dropFirst(), sources + [source], body)
        }
    }

    /// A weight's rows as the backend holds them, rounded: [outputs, inputs].
    func rows(of weight: PackedWeight) throws(DeviceError) -> [Float] {
        let output = try unwritten(rows: weight.outputs, columns: weight.inputs)
        embed(Array(0..<Int32(weight.outputs)), from: weight, into: output, accumulate: false)
        return read(output)
    }
}
