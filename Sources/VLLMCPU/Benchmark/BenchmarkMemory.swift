// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// The operands of one series of measurements.
///
/// Weights and key/value blocks take `rotation` bytes at least, more than caches hold, and are used in turn.
final class BenchmarkMemory {
    let backend: CPUBackend
    private var arena = MemoryArena()
    private var weights: [PackedWeight] = []
    private var pairs: ([PackedWeight], [PackedWeight])?
    private var pool: KVCache?

    static let rotation = 256 << 20

    init(_ backend: CPUBackend) { self.backend = backend }

    /// Weights of one size; the series has no others.
    func weights(
        _ format: WeightFormat, outputs: Int, inputs: Int, isGated: Bool = false
    ) throws(DeviceError) -> [PackedWeight] {
        guard weights.isEmpty else { return weights }
        let panels = (outputs + Int(VLLM_PANEL) - 1) / Int(VLLM_PANEL)
        let size = panels * KernelFormat(format).panelBytes(inputs: inputs)
        for _ in 0..<max(1, min(400, (Self.rotation + size - 1) / size)) {
            weights.append(try weight(format, outputs: outputs, inputs: inputs, isGated: isGated))
        }
        return weights
    }

    /// One weight of small numbers.
    func weight(
        _ format: WeightFormat, outputs: Int, inputs: Int, isGated: Bool = false
    ) throws(DeviceError) -> PackedWeight {
        let panels = (outputs + Int(VLLM_PANEL) - 1) / Int(VLLM_PANEL)
        let size = panels * KernelFormat(format).panelBytes(inputs: inputs)
        return PackedWeight(
            address: try filled(size), format: format, outputs: outputs, inputs: inputs, isGated: isGated,
            sizeInBytes: size)
    }

    /// Weights that belong together by twos, such as an expert's; the series has no others.
    func pairs(
        count: Int, _ make: (BenchmarkMemory) throws(DeviceError) -> (PackedWeight, PackedWeight)
    ) throws(DeviceError) -> ([PackedWeight], [PackedWeight]) {
        if let pairs { return pairs }
        var made: ([PackedWeight], [PackedWeight]) = ([], [])
        for _ in 0..<count {
            let (first, second) = try make(self)
            made.0.append(first)
            made.1.append(second)
        }
        pairs = made
        return made
    }

    /// A pool of one layer that holds so many tokens at least; the series has no other.
    func pool(_ spec: KVCacheSpec, tokens: Int) throws(DeviceError) -> KVCache {
        if let pool { return pool }
        let blockSize = 16
        let all = max(tokens, Self.rotation / spec.bytesPerToken)
        let numBlocks = (all + blockSize - 1) / blockSize
        let size = numBlocks * blockSize * spec.bytesPerToken / 2
        let made = KVCache(
            specs: [spec], numBlocks: numBlocks, blockSize: blockSize, keyAddresses: [try filled(size)],
            valueAddresses: [try filled(size)])
        pool = made
        return made
    }

    /// A matrix of small numbers.
    func tensor(rows: Int, columns: Int, dtype: DType) throws(DeviceError) -> Tensor {
        let stride = CPUBackend.stride(columns, elementSize: dtype.size)
        let address = try filled(rows * stride * dtype.size)
        return Tensor(address: address, dtype: dtype, rows: rows, columns: columns, stride: stride)
    }

    /// A vector of small numbers.
    func vector(_ count: Int) throws(DeviceError) -> PackedVector {
        PackedVector(address: try filled(count * 4), count: count)
    }

    /// Memory whose bytes are 0x3c, which makes a small number in every format.
    private func filled(_ size: Int) throws(DeviceError) -> UInt {
        let address = try arena.allocate(size)
        unsafe UnsafeMutableRawPointer(bitPattern: address)?
            .initializeMemory(as: UInt8.self, repeating: 0x3c, count: size)
        return address
    }
}
