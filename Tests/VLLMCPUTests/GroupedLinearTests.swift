// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCPU
import VLLMTensors

/// Products with experts' weights are, bit by bit, those of plain linear layers a token and an expert at a time.
@Suite struct GroupedLinearTests {
    static let formats: [WeightFormat] = [
        .dense(.float32), .dense(.float16), .dense(.bfloat16), .int8, .int4(group: 32, hasMinimums: false),
        .int4(group: 64, hasMinimums: false),
    ]

    @Test(arguments: CPUBackend.availableInstructionSets, formats)
    func resultsAreThoseOfPlainLayers(instructionSet: String, format: WeightFormat) throws {
        for threads in [1, 3] {
            let backend = try CPUBackend(.init(numThreads: threads, instructionSet: instructionSet))
            for tokens in [1, 2, 5, 45] {
                let item = try ExpertsCase(
                    backend, format: format, tokens: tokens, inputs: 128, intermediate: 192)
                let expected = try item.reference()
                #expect(item.run() == expected, "\(tokens) tokens, \(threads) threads")
            }
        }
    }

    @Test(
        "widths that fill no panel, no pair and no group, and biases",
        arguments: [
            WeightFormat.dense(.float32), .dense(.bfloat16), .int8,
        ])
    func oddWidths(format: WeightFormat) throws {
        let backend = try CPUBackend(.init(numThreads: 2))
        for tokens in [1, 9] {
            for (inputs, intermediate) in [(51, 35), (17, 3)] {
                let item = try ExpertsCase(
                    backend, format: format, tokens: tokens, inputs: inputs, intermediate: intermediate,
                    experts: 5, perToken: 3, hasBias: true)
                let expected = try item.reference()
                #expect(item.run() == expected, "\(tokens) × \(inputs) × \(intermediate)")
            }
        }
    }

    @Test("a few tokens after many use the same memory")
    func memoryIsReused() throws {
        let backend = try CPUBackend(.init(numThreads: 2))
        let item = try ExpertsCase(backend, format: .int8, tokens: 24, inputs: 64, intermediate: 64)
        let used = backend.bufferMemory
        let whole = item.run()
        let logits = try backend.allocate(rows: 1, columns: 6, dtype: .float32)
        for column in 0..<6 { logits.store(Float(column), 0, column) }
        backend.route(logits, bias: nil, into: item.routing)
        let one = item.residual.prefix(rows: 1)
        backend.groupedLinear(
            item.x.prefix(rows: 1), item.gateUp, item.routing, activation: .silu,
            into: item.hidden.prefix(rows: 2))
        backend.groupedLinear(item.hidden.prefix(rows: 2), item.down, item.routing, addingTo: one)
        let after = backend.read(item.residual).map(\.bitPattern)
        #expect(after[..<64] != whole[..<64] && after[64...] == whole[64...])
        #expect(backend.bufferMemory - used <= 4096)
    }

    @Test("weights of experts that no token goes to are not touched", arguments: formats)
    func othersAreNotTouched(format: WeightFormat) throws {
        let backend = try CPUBackend(.init(numThreads: 2))
        let item = try ExpertsCase(
            backend, format: format, tokens: 3, inputs: 64, intermediate: 64, experts: 40, perToken: 2)
        let chosen = Set((0..<6).map { Int(item.routing.experts.integer($0 / 2, $0 % 2)) })
        #expect(chosen.count <= 6)
        // Nobody could read at this address.
        func onlyChosen(_ experts: PackedExperts) -> PackedExperts {
            PackedExperts(
                weights: experts.weights.enumerated().map { index, weight in
                    PackedWeight(
                        address: chosen.contains(index) ? weight.address : 64, format: weight.format,
                        outputs: weight.outputs, inputs: weight.inputs, isGated: weight.isGated,
                        sizeInBytes: weight.sizeInBytes)
                })
        }
        let expected = try item.reference()
        backend.groupedLinear(
            item.x, onlyChosen(item.gateUp), item.routing, activation: .silu, into: item.hidden)
        backend.groupedLinear(item.hidden, onlyChosen(item.down), item.routing, addingTo: item.residual)
        #expect(backend.read(item.residual).map(\.bitPattern) == expected)
    }

    @Test("choices that no token could make are refused")
    func refusals() throws {
        let backend = try CPUBackend(.init(numThreads: 1))
        func refuses(_ change: (inout RoutingOptions) -> Void) -> Bool {
            var options = RoutingOptions(numExperts: 8, numExpertsPerToken: 2, normalizes: true)
            change(&options)
            do {
                _ = try backend.makeRouting(
                    options, tokens: 1, inputs: 16, intermediate: 16, activations: .float32,
                    weights: .dense(.float32))
                return false
            } catch { return true }
        }
        #expect(!refuses { _ in })
        #expect(!refuses { $0.groups = .init(count: 4, chosen: 1, score: .largest) })
        #expect(refuses { $0.numExpertsPerToken = 9 })
        #expect(refuses { $0.numExpertsPerToken = 0 })
        #expect(refuses { $0.numExperts = 5000 })
        #expect(refuses { $0.groups = .init(count: 3, chosen: 1, score: .largest) })
        #expect(refuses { $0.groups = .init(count: 8, chosen: 1, score: .largest) })
        #expect(refuses { $0.groups = .init(count: 0, chosen: 0, score: .largest) })
    }
}
