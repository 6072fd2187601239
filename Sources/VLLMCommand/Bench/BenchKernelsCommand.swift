// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCPU
import VLLMEngine
import VLLMLayers

/// `vllm bench kernels`: this machine's peaks, and what share of them each kernel reaches.
struct BenchKernelsCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Measures this machine's peaks, then every kernel over a grid of sizes; or checks them.",
        discussion: """
            A share is the least time the work could take, the larger of operations
            over their peak and bytes over the read bandwidth, over the time it took.
            The bandwidth is measured beside each kernel that reads from memory, for on
            a shared machine it changes within seconds.
            Weights, keys and values rotate over 256 MB, so that they come from memory
            (all 128 experts of a layer exist, in bfloat16 1.2 GB); activations come
            from the cache. The last column is the time over that of the plain kernel.

            --check compares every operation, type and size with double precision
            instead, on every instruction set that this machine has, and ends with 1
            where one differs.

            Examples:
              vllm bench kernels
              vllm bench kernels ./Qwen3-0.6B --filter "linear int8"
              vllm bench kernels --filter int4 --rows 1 --rows 64
              vllm bench kernels --output-json kernels.json --plot roofline.svg
              vllm bench kernels --check
              vllm bench kernels --check --instruction-set avx2 --filter attention
            """)

    @Argument(
        help: "A folder or hub id whose sizes are taken; without it those of 0.5 and 8 billion parameters.")
    var model: String?

    @Option(name: .customLong("model"), help: "The same as the argument.")
    var modelFlag: String?

    @Option(help: "Threads that compute (default: one a core).")
    var threads: Int?

    @Option(
        help:
            "Instruction set by name: avx512_bf16, avx512, avx2 or portable (default: the best there is; all with --check)."
    )
    var instructionSet: String?

    @Option(help: "Rows of a product, tokens of a step; may be repeated (default: 1, 4, 8, 16, 32, 64, 512).")
    var rows: [Int] = []

    @Option(help: "Runs only what has this text in its name or size, such as \"int8\" or \"8B down\".")
    var filter: String?

    @Flag(
        help: "Compares every operation with double precision, on every instruction set, and times nothing.")
    var check = false

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    @Option(
        help:
            "Draws the roofline, an SVG image: kernels by operations a byte and rate, under what bounds them."
    )
    var plot: String?

    private static let defaultRows = [1, 4, 8, 16, 32, 64, 512]

    mutating func validate() throws {
        guard model == nil || modelFlag == nil else {
            throw ValidationError("the model is given twice, as an argument and as --model.")
        }
        model = model ?? modelFlag
        guard rows.allSatisfy({ (1...4096).contains($0) }) else {
            throw ValidationError("--rows should be in 1…4096.")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads should be in 1…1024, is \(threads).")
        }
        guard !check || (model == nil && rows.isEmpty && outputJson == nil && plot == nil) else {
            throw ValidationError(
                "--check times nothing: a model, --rows, --output-json and --plot do not go with it.")
        }
    }

    func run(in context: CommandContext) async throws {
        try OutputFile.check(outputJson, flag: "--output-json")
        try OutputFile.check(plot, flag: "--plot")
        guard !check else {
            let sets = instructionSet.map { [$0] } ?? CPUBackend.availableInstructionSets
            return try KernelCheck(instructionSets: sets, threads: threads, filter: filter).run()
        }
        let models = try model.map { [try Self.sizes(of: $0, context)] } ?? [.small, .large]
        let grid = KernelGrid(
            models: models, rows: rows.isEmpty ? Self.defaultRows : rows, otherHeads: model == nil)
        let limited = threads.map { ThreadLimit.apply(to: $0) }
        if let warning = limited?.warning { Terminal.printError("vllm bench kernels: warning: \(warning)\n") }
        let backend = try CPUBackend(.init(numThreads: limited?.threads, instructionSet: instructionSet))
        Terminal.print("\(backend.deviceDescription), \(backend.numThreads) threads\n\n")
        let figures = try measure(grid, backend)
        if let outputJson { try OutputFile.write(figures.json, to: outputJson, flag: "--output-json") }
        if let plot { try OutputFile.write(text: figures.plot.svg, to: plot, flag: "--plot") }
    }

    /// Measures and prints.
    private func measure(_ grid: KernelGrid, _ backend: CPUBackend) throws -> KernelFigures {
        func isWanted(_ name: String, _ shape: String) -> Bool {
            filter.map { "\(name) \(shape)".contains($0) } ?? true
        }
        let series = grid.series
        let total = series.reduce(0) { sum, one in sum + one.sizes.count { isWanted(one.name, $0.shape) } }
        guard total > 0 else {
            throw UsageError("--filter: no kernel has '\(filter ?? "")' in its name or size.")
        }
        let progress = ProgressDisplay("Measuring", unit: .items("kernels"))
        defer { progress.clear() }
        progress.update(done: 0, total: total)
        var figures = KernelFigures(
            device: backend.deviceDescription, threads: backend.numThreads,
            single: try KernelPeaks(of: backend, threads: 1),
            all: try KernelPeaks(of: backend, threads: backend.numThreads))
        progress.clear()
        Terminal.print(KernelTable.lines(figures.single, figures.all) + "\n" + KernelTable.head)
        let benchmark = KernelBenchmark(backend, figures.all)
        for one in series {
            try benchmark.run(one, isWanted: isWanted) { measurement in
                figures.measurements.append(measurement)
                progress.clear()
                Terminal.print(KernelTable.line(measurement))
                progress.update(done: figures.measurements.count, total: total)
            }
        }
        progress.clear()
        guard filter == nil else { return figures }
        for isRounded in [false, true] {
            let step = try benchmark.step(of: grid.models[0], isRounded: isRounded)
            figures.steps.append(step)
            Terminal.print(KernelTable.lines(step, model: grid.models[0].name))
        }
        return figures
    }

    /// The sizes of a model, from its configuration.
    private static func sizes(of model: String, _ context: CommandContext) throws -> KernelModel {
        let source = try ModelLoader.resolve(model, revision: nil, environment: context.environment)
        let shape = try ModelInspection(source, utilization: 1).configuration
        guard shape.experts == nil else {
            throw UsageError(
                "\(model) has layers of experts, whose sizes are not taken from a model; without one, --filter experts times such a layer."
            )
        }
        let isGated = if case .gated = shape.mlp { true } else { false }
        return KernelModel(
            name: "model", numLayers: shape.numLayers, hiddenSize: shape.hiddenSize,
            intermediateSize: shape.intermediateSize, numHeads: shape.numHeads, numKVHeads: shape.numKVHeads,
            headDim: shape.headDim, vocabularySize: shape.vocabularySize, isGated: isGated)
    }
}
