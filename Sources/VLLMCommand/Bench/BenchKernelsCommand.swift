// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCPU
import VLLMJSON

/// `vllm bench kernels`: this machine's peaks, and what share of them each kernel reaches.
struct BenchKernelsCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Measures this machine's peaks, then every kernel over a grid of sizes.",
        discussion: """
            A share is the least time the work could take, the larger of operations over the
            peak and bytes over the read bandwidth, over the time it took. Weights rotate over
            256 MB, so that they come from memory; a layer of experts has all of its 128, in
            bfloat16 1.2 GB, and its bytes are those of the experts that were chosen.

            Examples:
              vllm bench kernels
              vllm bench kernels --filter "int4" --rows 1 --rows 64
              vllm bench kernels --output-json kernels.json
            """)

    @Option(help: "Threads that compute (default: one a core).")
    var threads: Int?

    @Option(
        help:
            "Instruction set by name, for comparisons: avx512_bf16, avx512, avx2 or portable (default: the best there is)."
    )
    var instructionSet: String?

    @Option(help: "Rows of a product, tokens of a step; may be repeated (default: 1, 4, 8, 16, 32, 64, 512).")
    var rows: [Int] = []

    @Option(help: "Runs only what has this text in its name or size, such as \"int8\" or \"8B down\".")
    var filter: String?

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    func validate() throws {
        guard rows.allSatisfy({ (1...4096).contains($0) }) else {
            throw ValidationError("--rows should be in 1…4096.")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads should be in 1…1024, is \(threads).")
        }
    }

    func run(in context: CommandContext) async throws {
        let limited = threads.map { ThreadLimit.apply(to: $0) }
        if let warning = limited?.warning { Terminal.printError("vllm bench kernels: warning: \(warning)\n") }
        let backend = try CPUBackend(
            .init(numThreads: limited?.threads, instructionSet: instructionSet))
        Terminal.print("\(backend.deviceDescription), \(backend.numThreads) threads\n\n")
        let single = try KernelBenchmark.peaks(of: backend, threads: 1)
        let peaks = try KernelBenchmark.peaks(of: backend, threads: backend.numThreads)
        printPeaks(single, peaks)
        var measurements: [KernelMeasurement] = []
        Terminal.print("\n" + Self.row("kernel", "size", "time", "rate", "share") + "\n")
        let benchmark = KernelBenchmark(backend, peaks)
        let rows = rows.isEmpty ? [1, 4, 8, 16, 32, 64, 512] : rows
        func isWanted(_ name: String, _ shape: String) -> Bool {
            filter.map { "\(name) \(shape)".contains($0) } ?? true
        }
        func progress(_ measurement: KernelMeasurement) {
            measurements.append(measurement)
            Terminal.print(Self.line(measurement) + "\n")
        }
        try benchmark.linears(rows: rows, isWanted: isWanted, progress: progress)
        try benchmark.experts(rows: rows, isWanted: isWanted, progress: progress)
        if let outputJson {
            try OutputFile.write(
                json(backend, single, peaks, measurements), to: outputJson, flag: "--output-json")
        }
    }

    private func printPeaks(_ single: KernelBenchmark.Peaks, _ all: KernelBenchmark.Peaks) {
        Terminal.print(Self.row("peak", "", "one thread", "all", "") + "\n")
        for (name, _) in KernelBenchmark.formats where !name.contains("-") && name != "int4" {
            Terminal.print(
                Self.row(
                    name, "", Self.billions(single.operations[name] ?? 0, "GOP/s"),
                    Self.billions(all.operations[name] ?? 0, "GOP/s"), "") + "\n")
        }
        Terminal.print(
            Self.row(
                "read", "", Self.billions(single.bytesPerSecond, "GB/s"),
                Self.billions(all.bytesPerSecond, "GB/s"), "") + "\n")
    }

    private static func line(_ measurement: KernelMeasurement) -> String {
        let rate =
            measurement.isMemoryBound
            ? billions(measurement.bytes / measurement.seconds, "GB/s")
            : billions(measurement.operations / measurement.seconds, "GOP/s")
        return row(
            measurement.name, measurement.shape, "\(Quantity.fixed(measurement.seconds * 1e6, digits: 1)) µs",
            rate,
            "\(Quantity.fixed(measurement.share * 100, digits: 1)) %")
    }

    private static func billions(_ value: Double, _ unit: String) -> String {
        "\(Quantity.fixed(value / 1e9, digits: 1)) \(unit)"
    }

    private static func row(
        _ first: String, _ second: String, _ third: String, _ fourth: String, _ fifth: String
    )
        -> String
    {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return left(first, 18) + left(second, 24) + right(third, 14) + right(fourth, 15) + right(fifth, 9)
    }

    private func json(
        _ backend: CPUBackend, _ single: KernelBenchmark.Peaks, _ all: KernelBenchmark.Peaks,
        _ measurements: [KernelMeasurement]
    ) -> JSONValue {
        func object(_ peaks: KernelBenchmark.Peaks) -> JSONValue {
            var object: JSONObject = ["bytes_per_second": .number(peaks.bytesPerSecond)]
            for (name, _) in KernelBenchmark.formats {
                object["\(name)_operations_per_second"] = .number(peaks.operations[name] ?? 0)
            }
            return .object(object)
        }
        return [
            "device": .string(backend.deviceDescription), "threads": .integer(backend.numThreads),
            "peaks": ["one_thread": object(single), "all_threads": object(all)],
            "kernels": .array(
                measurements.map {
                    [
                        "name": .string($0.name), "size": .string($0.shape), "seconds": .number($0.seconds),
                        "operations": .number($0.operations), "bytes": .number($0.bytes),
                        "limit_seconds": .number($0.limit), "share": .number($0.share),
                    ]
                }),
        ]
    }
}
