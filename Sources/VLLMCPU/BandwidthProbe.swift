// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import CVLLMSystem
import VLLMTensors

/// Measures how fast memory is read, again and again.
///
/// On a machine that is shared with others the rate changes by half within seconds, so that a kernel which waits for
/// memory is compared with what was measured beside it, and the median counts: the best moment is nobody's for long.
@safe final class BandwidthProbe {
    private let backend: CPUBackend
    private let threads: Int
    private let memory: UnsafeMutableRawPointer
    private var turn = 0

    /// Bytes of a part, several times what caches hold, and parts that take turns.
    private static let (part, parts) = (64 << 20, 8)

    init(_ backend: CPUBackend, threads: Int) throws(DeviceError) {
        guard let memory = unsafe vllm_memory_map(Self.part * Self.parts) else {
            throw DeviceError("no memory to measure with.")
        }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 1, count: Self.part * Self.parts)
        unsafe self.memory = memory
        (self.backend, self.threads) = (backend, threads)
    }

    deinit { unsafe vllm_memory_unmap(memory, Self.part * Self.parts) }

    /// Bytes a second, the median of so many parts.
    func rate(parts: Int) -> Double {
        let clock = ContinuousClock()
        // One thread takes all of a part, several take pieces in turn.
        let chunks = threads == 1 ? 1 : Self.part / (1 << 20)
        let length = Self.part / chunks
        var rates: [Double] = []
        for _ in 0..<max(1, parts) {
            let begin = unsafe UInt(bitPattern: memory) + UInt(turn * Self.part)
            turn = (turn + 1) % Self.parts
            let start = clock.now
            backend.pool.run(chunks: chunks) { index, _ in
                _ = unsafe vllm_peak_read(
                    UnsafeRawPointer(bitPattern: begin + UInt(index * length)), length)
            }
            rates.append(Double(Self.part) / ((clock.now - start) / .seconds(1)))
        }
        return rates.sorted()[rates.count / 2]
    }
}
