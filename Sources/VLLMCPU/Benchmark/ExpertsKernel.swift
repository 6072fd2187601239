// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// A layer of experts, from the choice on, whose tokens choose at random.
enum ExpertsKernel {
    static let name = "30B-A3B experts"
    static let hiddenSize = 2048
    static let intermediateSize = 768
    static let options = RoutingOptions(numExperts: 128, numExpertsPerToken: 8, normalizes: true)
    /// Choices that take turns.
    private static let turns = 32

    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        let rows = grid.otherHeads ? grid.rows.filter { [1, 8, 64, 512].contains($0) } : []
        return LinearKernel.formats.prefix(4).map { label, format in
            let sizes = rows.map { count in
                KernelSize(
                    shape: "\(name) m=\(count)", peak: KernelPeak(format),
                    operations: 2 * Double(count * options.numExpertsPerToken) * Double(elementsPerExpert),
                    bytes: chosenExperts(rows: count) * Double(bytesPerExpert(format)), source: .memory)
            }
            return KernelSeries(name: "experts \(label)", sizes: sizes) { index, memory throws(DeviceError) in
                try work(format, rows: rows[index], memory)
            }
        }
    }

    private static var elementsPerExpert: Int { 3 * hiddenSize * intermediateSize }

    private static func bytesPerExpert(_ format: WeightFormat) -> Int {
        format.sizeInBytes(outputs: 2 * intermediateSize, inputs: hiddenSize)
            + format.sizeInBytes(outputs: hiddenSize, inputs: intermediateSize)
    }

    /// Experts that one token at least chooses, on average.
    private static func chosenExperts(rows: Int) -> Double {
        let left = 1 - Double(options.numExpertsPerToken) / Double(options.numExperts)
        let unchosen = (0..<rows).reduce(1.0) { product, _ in product * left }
        return Double(options.numExperts) * (1 - unchosen)
    }

    private static func work(
        _ format: WeightFormat, rows: Int, _ memory: BenchmarkMemory
    ) throws(DeviceError) -> KernelSeries.Work {
        let backend = memory.backend
        // All weights exist, as in a model, so that those which are chosen come from memory.
        let (up, down) = try memory.pairs(count: options.numExperts) { memory throws(DeviceError) in
            (
                try memory.weight(
                    format, outputs: 2 * intermediateSize, inputs: hiddenSize, isGated: true),
                try memory.weight(format, outputs: hiddenSize, inputs: intermediateSize)
            )
        }
        let x = try memory.tensor(rows: rows, columns: hiddenSize, dtype: .bfloat16)
        let hidden = try memory.tensor(
            rows: rows * options.numExpertsPerToken, columns: intermediateSize, dtype: .bfloat16)
        let output = try memory.tensor(rows: rows, columns: hiddenSize, dtype: .float32)
        let routing = try backend.makeRouting(
            options, tokens: rows, inputs: hiddenSize, intermediate: intermediateSize,
            activations: .bfloat16, weights: format)
        var choices: [Tensor] = []
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<turns {
            let logits = try memory.tensor(rows: rows, columns: options.numExperts, dtype: .float32)
            backend.write(
                (0..<rows * options.numExperts).map { _ in
                    state ^= state << 13
                    state ^= state >> 7
                    state ^= state << 17
                    return Float(state >> 40) / Float(1 << 22)
                }, to: logits)
            choices.append(logits)
        }
        let (upExperts, downExperts) = (PackedExperts(weights: up), PackedExperts(weights: down))
        var turn = 0
        return {
            backend.route(choices[turn], bias: nil, into: routing)
            backend.groupedLinear(x, upExperts, routing, activation: .silu, into: hidden)
            backend.groupedLinear(hidden, downExperts, routing, addingTo: output)
            turn = (turn + 1) % choices.count
        }
    }
}
