// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMQuantization
import VLLMTensors

/// The float32 values of a quantized weight, as long as it takes to pack them.
final class DecodedMatrix {
    let source: TensorSource

    init(_ weight: QuantizedWeight, rows: Int, columns: Int) {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows * columns)
        unsafe values.initialize(repeating: 0)
        var span = unsafe values.mutableSpan
        weight.decode(0..<rows, &span)
        source = TensorSource(
            address: UInt(bitPattern: values.baseAddress), dtype: .float32, rows: rows, columns: columns,
            rowStride: columns)
    }

    deinit { unsafe UnsafeMutablePointer<Float>(bitPattern: source.address)?.deallocate() }
}
