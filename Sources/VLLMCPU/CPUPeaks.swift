// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import CVLLMSystem
import Synchronization
package import VLLMTensors

/// What this machine can do at best, measured: the limits that every figure of speed is a share of.
package struct CPUPeaks: Sendable {
    /// Operations a second with the instructions that the linear kernels use for this type, on all threads.
    package let operationsPerSecond: Double
    /// Bytes read from memory a second, on all threads.
    package let bytesPerSecond: Double

    /// Measures for about a second; the best of several runs, for others may use the machine too.
    package static func measure(
        _ format: WeightFormat, backend: CPUBackend
    ) throws(DeviceError) -> CPUPeaks {
        CPUPeaks(
            operationsPerSecond: operations(format, backend, threads: backend.numThreads),
            bytesPerSecond: try bandwidth(backend, threads: backend.numThreads))
    }

    /// Operations a second with the instructions of products with weights of a format.
    ///
    /// The runs are short, so that in some of them nobody else is given a core.
    package static func operations(_ format: WeightFormat, _ backend: CPUBackend, threads: Int) -> Double {
        best(of: 32) { _ in
            let done = Mutex(0.0)
            backend.pool.run(chunks: threads) { _, _ in
                var sink: Float = 0
                let count = unsafe vllm_peak_multiply(
                    backend.instructionSet, KernelFormat(format).dtype, 500_000, &sink)
                done.withLock { $0 += count }
            }
            return done.withLock { $0 }
        }
    }

    /// Bytes read from memory a second, the median of some parts of a second.
    package static func bandwidth(_ backend: CPUBackend, threads: Int) throws(DeviceError) -> Double {
        try BandwidthProbe(backend, threads: threads).rate(parts: 48)
    }

    /// Bytes read a second from each core's own second-level cache.
    package static func cacheBandwidth(_ backend: CPUBackend, threads: Int) throws(DeviceError) -> Double {
        // Larger than a first-level cache, a half or less of a second-level one.
        let (size, rounds) = (256 << 10, 400)
        guard let memory = unsafe vllm_memory_map(size * threads) else {
            throw DeviceError("no memory to measure with.")
        }
        defer { unsafe vllm_memory_unmap(memory, size * threads) }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: size * threads)
        let address = UInt(bitPattern: memory)
        return best(of: 8) { _ in
            backend.pool.run(chunks: threads) { index, _ in
                for _ in 0..<rounds {
                    _ = unsafe vllm_peak_read(
                        UnsafeRawPointer(bitPattern: address + UInt(index * size)), size)
                }
            }
            return Double(size * rounds * threads)
        }
    }

    /// The highest rate of several runs of work that says how much it did.
    private static func best(of runs: Int, _ work: (_ run: Int) -> Double) -> Double {
        let clock = ContinuousClock()
        var best = 0.0
        for run in 0..<runs {
            let start = clock.now
            let done = work(run)
            let seconds = (clock.now - start) / .seconds(1)
            best = max(best, done / seconds)
        }
        return best
    }
}
