// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// The instructions whose rate bounds a kernel.
package enum KernelPeak: String, Sendable, CaseIterable {
    case float32 = "f32"
    case bfloat16 = "bf16"
    case int8

    /// The instructions of products with weights of a format.
    init(_ format: WeightFormat) {
        switch format {
        case .dense(let dtype): self = dtype == .bfloat16 ? .bfloat16 : .float32
        case .int8, .int4, .blocks: self = .int8
        }
    }

    fileprivate var format: WeightFormat {
        switch self {
        case .float32: .dense(.float32)
        case .bfloat16: .dense(.bfloat16)
        case .int8: .int8
        }
    }

    /// `GFLOP/s`, or `GOP/s` for whole numbers.
    package var unit: String { self == .int8 ? "GOP/s" : "GFLOP/s" }
}

/// Where a kernel's operands are.
package enum KernelSource: String, Sendable, CaseIterable {
    /// Weights and key/value blocks: read from memory each time.
    case memory
    /// Activations: written a moment ago, in a core's own cache.
    case cache
}

/// What the machine can do at best.
package struct KernelPeaks: Sendable {
    /// Operations a second.
    package private(set) var operations: [KernelPeak: Double] = [:]
    /// Bytes read a second.
    package private(set) var bandwidths: [KernelSource: Double] = [:]

    private static let rounds = 3

    /// Measures for some seconds; the best of several rounds, for others may use the machine too.
    package init(of backend: CPUBackend, threads: Int) throws(DeviceError) {
        for _ in 0..<Self.rounds {
            for peak in KernelPeak.allCases {
                let rate = CPUPeaks.operations(peak.format, backend, threads: threads)
                operations[peak] = max(operations[peak] ?? 0, rate)
            }
            let memory = try CPUPeaks.bandwidth(backend, threads: threads)
            bandwidths[.memory] = max(bandwidths[.memory] ?? 0, memory)
            let cache = try CPUPeaks.cacheBandwidth(backend, threads: threads)
            bandwidths[.cache] = max(bandwidths[.cache] ?? 0, cache)
        }
    }

    package init(operations: [KernelPeak: Double], bandwidths: [KernelSource: Double]) {
        self.operations = operations
        self.bandwidths = bandwidths
    }

    /// The least time that a kernel's work could take.
    ///
    /// - Parameter memory: bytes read from memory a second, as measured beside the kernel.
    func limit(_ size: KernelSize, memory: Double?) -> (seconds: Double, isBoundByBytes: Bool) {
        let compute = size.operations / (operations[size.peak] ?? 1)
        let transfer = size.bytes / (memory ?? bandwidths[size.source] ?? 1)
        return (max(compute, transfer), transfer > compute)
    }
}
