// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

/// A layer of experts whose tokens choose at random: all weights exist, as in a model, and come from memory.
private struct ExpertsWorkload: ~Copyable {
    static let name = "30B-A3B experts"
    static let hiddenSize = 2048
    static let intermediateSize = 768
    static let routing = RoutingOptions(numExperts: 128, numExpertsPerToken: 8, normalizes: true)
    /// Choices that take turns.
    private static let turns = 32

    private var arena = MemoryArena()
    private var up = PackedExperts(weights: [])
    private var down = PackedExperts(weights: [])

    init(_ format: WeightFormat) throws(DeviceError) {
        up = try layer(format, outputs: 2 * Self.intermediateSize, inputs: Self.hiddenSize, isGated: true)
        down = try layer(format, outputs: Self.hiddenSize, inputs: Self.intermediateSize, isGated: false)
    }

    private mutating func layer(
        _ format: WeightFormat, outputs: Int, inputs: Int, isGated: Bool
    ) throws(DeviceError) -> PackedExperts {
        let size = outputs / Int(VLLM_PANEL) * KernelFormat(format).panelBytes(inputs: inputs)
        var weights: [PackedWeight] = []
        for _ in 0..<Self.routing.numExperts {
            weights.append(
                PackedWeight(
                    address: try arena.filled(size), format: format, outputs: outputs, inputs: inputs,
                    isGated: isGated, sizeInBytes: size))
        }
        return PackedExperts(weights: weights)
    }

    /// A step of so many tokens, from the choice of experts on, and the bytes of the experts that it chooses.
    mutating func step(rows: Int, _ backend: CPUBackend) throws(DeviceError) -> (
        work: () -> Void, bytes: Double
    ) {
        let x = try arena.tensor(rows: rows, columns: Self.hiddenSize, dtype: .bfloat16)
        let hidden = try arena.tensor(
            rows: rows * Self.routing.numExpertsPerToken, columns: Self.intermediateSize, dtype: .bfloat16)
        let output = try arena.tensor(rows: rows, columns: Self.hiddenSize, dtype: .float32)
        let routing = try backend.makeRouting(
            Self.routing, tokens: rows, inputs: Self.hiddenSize, intermediate: Self.intermediateSize,
            activations: .bfloat16, weights: up.weights[0].format)
        var logits: [Tensor] = []
        var numChosen = 0
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<Self.turns {
            let tensor = try arena.tensor(rows: rows, columns: Self.routing.numExperts, dtype: .float32)
            Self.fill(tensor, &state)
            backend.route(tensor, bias: nil, into: routing)
            numChosen += Self.numChosen(routing)
            logits.append(tensor)
        }
        var turn = 0
        let (up, down) = (up, down)
        let work = {
            backend.route(logits[turn], bias: nil, into: routing)
            backend.groupedLinear(x, up, routing, activation: .silu, into: hidden)
            backend.groupedLinear(hidden, down, routing, addingTo: output)
            turn = (turn + 1) % logits.count
        }
        let bytesPerExpert = up.weights[0].sizeInBytes + down.weights[0].sizeInBytes
        return (work, Double(numChosen * bytesPerExpert) / Double(Self.turns))
    }

    /// Uniform numbers.
    private static func fill(_ tensor: Tensor, _ state: inout UInt64) {
        for row in 0..<tensor.rows {
            guard
                let values = unsafe UnsafeMutablePointer<Float>(
                    bitPattern: tensor.address + UInt(row * tensor.stride * 4))
            else { return }
            for column in 0..<tensor.columns {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                unsafe values[column] = Float(state >> 40) / Float(1 << 22)
            }
        }
    }

    /// Experts that have rows.
    private static func numChosen(_ routing: Routing) -> Int {
        guard let starts = unsafe UnsafePointer<Int32>(bitPattern: routing.starts.address) else { return 0 }
        return (0..<routing.options.numExperts).count { unsafe starts[$0] < starts[$0 + 1] }
    }
}

extension KernelBenchmark {
    /// Runs a layer of experts over numbers of rows and formats; bytes are those of the experts that are chosen.
    package func experts(
        rows: [Int], isWanted: (_ name: String, _ shape: String) -> Bool,
        progress: (KernelMeasurement) -> Void
    ) throws(DeviceError) {
        for (name, format) in Self.formats {
            func shape(_ count: Int) -> String { "\(ExpertsWorkload.name) m=\(count)" }
            let title = "experts \(name)"
            let wanted = rows.filter { isWanted(title, shape($0)) }
            guard !wanted.isEmpty else { continue }
            var workload = try ExpertsWorkload(format)
            for count in wanted {
                let (work, bytes) = try workload.step(rows: count, backend)
                let seconds = median(work)
                let weights = 3 * ExpertsWorkload.hiddenSize * ExpertsWorkload.intermediateSize
                let operations = 2 * Double(count * ExpertsWorkload.routing.numExpertsPerToken * weights)
                progress(
                    measurement(
                        title, shape(count), seconds: seconds, operations: operations,
                        peak: peaks.operations[name] ?? 1, bytes: bytes))
            }
        }
    }
}
