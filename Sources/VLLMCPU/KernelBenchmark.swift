// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

/// One kernel at one size, timed, beside the least time that this machine could take.
package struct KernelMeasurement: Sendable {
    /// What was done, such as `linear bf16`.
    package let name: String
    /// At which size.
    package let shape: String
    /// The median.
    package let seconds: Double
    package let operations: Double
    /// What has to come from memory.
    package let bytes: Double
    /// The larger of operations over their peak and bytes over the bandwidth.
    package let limit: Double

    /// The part of the limit that was reached, 1 is all.
    package var share: Double { limit / seconds }
    /// True where memory sets the limit.
    package let isMemoryBound: Bool
}

/// Times the backend's operations over a grid of sizes, weights rotating so that they come from memory.
package struct KernelBenchmark {
    /// What the machine can do at best.
    package struct Peaks: Sendable {
        /// By format, in operations a second.
        package var operations: [String: Double] = [:]
        package var bytesPerSecond: Double = 0
    }

    /// A linear layer's size.
    struct Linear {
        let name: String
        let outputs: Int
        let inputs: Int
        var isGated = false
    }

    let backend: CPUBackend
    let peaks: Peaks
    /// Seconds that one measurement takes about.
    private let patience: Double

    package static let formats: [(name: String, format: WeightFormat)] = [
        ("bf16", .dense(.bfloat16)), ("int8", .int8), ("int4", .int4(group: 32, hasMinimums: false)),
        ("int4-g128", .int4(group: 128, hasMinimums: false)),
    ]

    private static let layers = [
        Linear(name: "0.5B qkv", outputs: 1152, inputs: 896),
        Linear(name: "0.5B o", outputs: 896, inputs: 896),
        Linear(name: "0.5B gate-up", outputs: 9728, inputs: 896, isGated: true),
        Linear(name: "0.5B down", outputs: 896, inputs: 4864),
        Linear(name: "0.5B head", outputs: 151_936, inputs: 896),
        Linear(name: "8B qkv", outputs: 6144, inputs: 4096),
        Linear(name: "8B o", outputs: 4096, inputs: 4096),
        Linear(name: "8B gate-up", outputs: 28672, inputs: 4096, isGated: true),
        Linear(name: "8B down", outputs: 4096, inputs: 14336),
    ]

    package init(_ backend: CPUBackend, _ peaks: Peaks, patience: Double = 0.08) {
        self.backend = backend
        self.peaks = peaks
        self.patience = patience
    }

    /// Measures this backend's peaks.
    package static func peaks(of backend: CPUBackend, threads: Int) throws(DeviceError) -> Peaks {
        var peaks = Peaks()
        for (name, format) in formats {
            peaks.operations[name] = CPUPeaks.operations(format, backend, threads: threads)
        }
        peaks.bytesPerSecond = try CPUPeaks.bandwidth(backend, threads: threads)
        return peaks
    }

    /// Runs the grid.
    ///
    /// - Parameters:
    ///   - rows: numbers of rows, tokens of a step.
    ///   - isWanted: tells by name and shape what to run.
    package func linears(
        rows: [Int], isWanted: (_ name: String, _ shape: String) -> Bool,
        progress: (KernelMeasurement) -> Void
    ) throws(DeviceError) {
        for layer in Self.layers {
            for (name, format) in Self.formats {
                let title = "linear \(name)"
                let wanted = rows.filter { isWanted(title, "\(layer.name) m=\($0)") }
                guard !wanted.isEmpty else { continue }
                if case .int4(let group, _) = format, layer.inputs % group != 0 { continue }
                var memory = try BenchmarkMemory(layer, format)
                for count in wanted {
                    progress(try measure(layer, title, peaks.operations[name] ?? 1, &memory, rows: count))
                }
            }
        }
    }

    private func measure(
        _ layer: Linear, _ title: String, _ peak: Double, _ memory: inout BenchmarkMemory, rows: Int
    ) throws(DeviceError) -> KernelMeasurement {
        let x = try memory.tensor(rows: rows, columns: layer.inputs, dtype: .bfloat16)
        let columns = layer.isGated ? layer.outputs / 2 : layer.outputs
        let isHead = columns > 100_000
        let output = try memory.tensor(
            rows: rows, columns: columns, dtype: layer.isGated ? .bfloat16 : .float32)
        let weights = memory.weights
        let mode: LinearOutput = layer.isGated || isHead ? .store : .add
        var turn = 0
        let seconds = median {
            backend.linear(
                x, weights[turn], bias: nil, activation: layer.isGated ? .silu : .none, output: mode,
                into: output)
            turn = (turn + 1) % weights.count
        }
        let operations = 2 * Double(rows) * Double(layer.outputs) * Double(layer.inputs)
        return measurement(
            title, "\(layer.name) m=\(rows)", seconds: seconds, operations: operations, peak: peak,
            bytes: Double(weights[0].sizeInBytes))
    }

    /// A time beside what operations at their peak and bytes at the bandwidth would take.
    func measurement(
        _ name: String, _ shape: String, seconds: Double, operations: Double, peak: Double, bytes: Double
    ) -> KernelMeasurement {
        let (compute, transfer) = (operations / peak, bytes / peaks.bytesPerSecond)
        return KernelMeasurement(
            name: name, shape: shape, seconds: seconds, operations: operations, bytes: bytes,
            limit: max(compute, transfer), isMemoryBound: transfer > compute)
    }

    /// The median time of some runs, after one that is not counted.
    func median(_ work: () -> Void) -> Double {
        let clock = ContinuousClock()
        work()
        var times: [Double] = []
        var total = 0.0
        while times.count < 5 || total < patience, times.count < 2000 {
            let start = clock.now
            work()
            times.append((clock.now - start) / .seconds(1))
            total += times.last ?? 0
        }
        return times.sorted()[times.count / 2]
    }
}

/// Weights of one kind, so many that together they are larger than the caches, and the matrices around them.
private struct BenchmarkMemory: ~Copyable {
    private(set) var weights: [PackedWeight] = []
    private var arena = MemoryArena()

    init(_ layer: KernelBenchmark.Linear, _ format: WeightFormat) throws(DeviceError) {
        let panels = (layer.outputs + Int(VLLM_PANEL) - 1) / Int(VLLM_PANEL)
        let size = panels * KernelFormat(format).panelBytes(inputs: layer.inputs)
        for _ in 0..<max(1, min(400, (256 << 20) / size)) {
            weights.append(
                PackedWeight(
                    address: try arena.filled(size), format: format, outputs: layer.outputs,
                    inputs: layer.inputs,
                    isGated: layer.isGated, sizeInBytes: size))
        }
    }

    /// A matrix of small numbers.
    mutating func tensor(rows: Int, columns: Int, dtype: DType) throws(DeviceError) -> Tensor {
        try arena.tensor(rows: rows, columns: columns, dtype: dtype)
    }
}

extension MemoryArena {
    /// Memory whose bytes are 0x3c, which makes a small number in every format.
    mutating func filled(_ size: Int) throws(DeviceError) -> UInt {
        let address = try allocate(size)
        unsafe UnsafeMutableRawPointer(bitPattern: address)?
            .initializeMemory(as: UInt8.self, repeating: 0x3c, count: size)
        return address
    }

    /// A matrix of small numbers.
    mutating func tensor(rows: Int, columns: Int, dtype: DType) throws(DeviceError) -> Tensor {
        let stride = CPUBackend.stride(columns, elementSize: dtype.size)
        let address = try filled(rows * stride * dtype.size)
        return Tensor(address: address, dtype: dtype, rows: rows, columns: columns, stride: stride)
    }
}
