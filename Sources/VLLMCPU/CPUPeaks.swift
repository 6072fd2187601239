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
    package static func measure(_ dtype: DType, backend: CPUBackend) throws(DeviceError) -> CPUPeaks {
        let threads = backend.numThreads
        let operations = best(of: 8) {
            let done = Mutex(0.0)
            backend.pool.run(chunks: threads) { _, _ in
                var sink: Float = 0
                let count = unsafe vllm_peak_multiply(
                    backend.instructionSet, dtype.kernelType, 2_000_000, &sink)
                done.withLock { $0 += count }
            }
            return done.withLock { $0 }
        }
        // Several times the largest caches.
        let size = 512 << 20
        guard let memory = unsafe vllm_memory_map(size) else {
            throw DeviceError("no memory to measure with.")
        }
        defer { unsafe vllm_memory_unmap(memory, size) }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: size)
        let address = UInt(bitPattern: memory)
        let chunk = 1 << 20
        let bytes = best(of: 6) {
            backend.pool.run(chunks: size / chunk) { index, _ in
                _ = unsafe vllm_peak_read(UnsafeRawPointer(bitPattern: address + UInt(index * chunk)), chunk)
            }
            return Double(size)
        }
        return CPUPeaks(operationsPerSecond: operations, bytesPerSecond: bytes)
    }

    /// The highest rate of several runs of work that says how much it did.
    private static func best(of runs: Int, _ work: () -> Double) -> Double {
        let clock = ContinuousClock()
        var best = 0.0
        for _ in 0..<runs {
            let start = clock.now
            let done = work()
            let seconds = (clock.now - start) / .seconds(1)
            best = max(best, done / seconds)
        }
        return best
    }
}
