// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

extension CPUBackend {
    package func read(_ tensor: Tensor) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(tensor.rows * tensor.columns)
        for row in 0..<tensor.rows {
            let address = tensor.address + UInt(row * tensor.stride * tensor.dtype.size)
            guard tensor.dtype == .float32 else {
                values += (0..<tensor.columns).map {
                    tensor.dtype.element(at: address + UInt($0 * tensor.dtype.size))
                }
                continue
            }
            unsafe values.append(
                contentsOf: UnsafeBufferPointer(
                    start: UnsafePointer<Float>(bitPattern: address), count: tensor.columns))
        }
        return values
    }

    package func write(_ values: [Float], to tensor: Tensor) {
        precondition(tensor.dtype != .int32, "whole numbers are not written")
        precondition(
            values.count == tensor.rows * tensor.columns,
            "\(values.count) values for \(tensor.rows)×\(tensor.columns)")
        unsafe values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for row in 0..<tensor.rows {
                let address = tensor.address + UInt(row * tensor.stride * tensor.dtype.size)
                unsafe kernels.convert(
                    UnsafeMutableRawPointer(bitPattern: address), tensor.dtype.kernelType,
                    base + row * tensor.columns, tensor.columns)
            }
        }
    }
}
