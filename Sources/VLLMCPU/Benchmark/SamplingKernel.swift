// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Logits become tokens.
package enum SamplingKernel {
    enum Kind: String, CaseIterable {
        case greedy
        case topKTopP = "top-k/top-p"
        case topP = "top-p"
        case logprobs
    }

    /// Rows that are sampled at once.
    package static let rows = 32
    /// Seconds for a vocabulary of the smaller model's size.
    private static let target = 1.5e-3

    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        grid.models.prefix(1).map { series(vocabulary: $0.vocabularySize) }
    }

    static func series(vocabulary: Int) -> KernelSeries {
        let kinds = Kind.allCases
        let count = Double(rows * vocabulary)
        let sizes = kinds.map { kind in
            // The largest and where it stands; for the others an exponential too, which counts as ten.
            KernelSize(
                shape: "\(kind.rawValue) \(rows)×\(vocabulary)", peak: .float32,
                operations: count * (kind == .greedy ? 2 : 12), bytes: 4 * count, source: .memory,
                target: vocabulary == KernelModel.small.vocabularySize ? target : nil)
        }
        return KernelSeries(name: "sampling", sizes: sizes) { index, memory throws(DeviceError) in
            let backend = memory.backend
            let logits = try memory.tensor(rows: rows, columns: vocabulary, dtype: .float32)
            for row in 0..<rows {
                let part = Tensor(
                    address: logits.address + UInt(row * logits.stride * 4), dtype: .float32, rows: 1,
                    columns: vocabulary)
                backend.write(bellShaped(vocabulary, seed: UInt64(row + 1)), to: part)
            }
            return work(kinds[index], logits, backend)
        }
    }

    private static func work(_ kind: Kind, _ logits: Tensor, _ backend: CPUBackend) -> KernelSeries.Work {
        if kind == .logprobs {
            let tokens = (0..<Int32(rows)).map { $0 * 100 % Int32(logits.columns) }
            return { _ = backend.logprobs(logits, tokens: tokens, numTop: 5) }
        }
        let settings = (0..<rows).map { index in
            var row = SamplingRow()
            guard kind != .greedy else { return row }
            (row.temperature, row.topP) = (0.8, 0.9)
            row.topK = kind == .topKTopP ? 50 : 0
            row.uniform = (Double(index) + 0.5) / Double(rows)
            return row
        }
        return { _ = backend.sample(logits, rows: settings) }
    }

    /// Numbers of about a normal distribution with a deviation of 3, as logits have.
    private static func bellShaped(_ count: Int, seed: UInt64) -> [Float] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            // The sum of four uniform numbers of 16 bits.
            let sum = (0..<4).reduce(0) { $0 + Int(state >> (16 * UInt64($1)) & 0xffff) }
            return (Float(sum) / 65536 - 2) * 3 * 1.732
        }
    }
}
