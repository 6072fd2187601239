// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import Glibc
import VLLMJSON

/// Flags of `vllm bench serve` that say what is reported and where it goes.
struct ServeResultFlags: ParsableArguments {
    @Option(help: "Latencies that are reported, with commas.")
    var percentileMetrics: String = "ttft,tpot,itl,e2el"

    @Option(help: "Percentiles that are reported, with commas.")
    var metricPercentiles: String = "90,95,99"

    @Option(
        parsing: .upToNextOption,
        help:
            "Limits in milliseconds that a request must keep to count for goodput, as ttft:500 tpot:50."
    )
    var goodput: [String] = []

    @Flag(help: "Writes the figures to a JSON file with vLLM's name and keys.")
    var saveResult = false

    @Flag(help: "Writes the figures of every request too.")
    var saveDetailed = false

    @Option(help: "Folder of that file (default: the current one).")
    var resultDir: String?

    @Option(help: "Name of that file.")
    var resultFilename: String?

    @Option(help: "Writes the same to this file.")
    var outputJson: String?

    @Option(help: "Draws the distributions of the latencies into this SVG file.")
    var plot: String?

    @Option(help: "The result's name, at the start of its file's (default: the backend).")
    var label: String?

    @Option(parsing: .upToNextOption, help: "What the result's file should hold besides, as key=value.")
    var metadata: [String] = []

    @Flag(help: "Draws no progress bar.")
    var disableTqdm = false

    /// Checks ahead of a run what would fail behind it, and makes the folder of results.
    func check() throws(UsageError) {
        _ = try metrics()
        _ = try percentiles()
        _ = try extraKeys()
        try makeFolder()
        try OutputFile.check(outputJson, flag: "--output-json")
        try OutputFile.check(plot, flag: "--plot")
    }

    private func makeFolder() throws(UsageError) {
        guard saveResult, let resultDir else { return }
        do {
            try FileManager.default.createDirectory(atPath: resultDir, withIntermediateDirectories: true)
        } catch {
            throw UsageError("--result-dir: '\(resultDir)' cannot be made.")
        }
    }

    /// The latencies that are reported.
    func metrics() throws(UsageError) -> [LatencyMetric] {
        var names: [LatencyMetric] = []
        for name in percentileMetrics.split(separator: ",") {
            guard let metric = LatencyMetric(rawValue: name.trimmingPrefix { $0 == " " }.lowercased()) else {
                throw UsageError("--percentile-metrics should name ttft, tpot, itl or e2el, has '\(name)'.")
            }
            names.append(metric)
        }
        return LatencyMetric.allCases.filter(names.contains)
    }

    /// The percentiles that are reported.
    func percentiles() throws(UsageError) -> [Double] {
        var result: [Double] = []
        for text in metricPercentiles.split(separator: ",").prefix(100) {
            guard let value = Double(text.trimmingPrefix { $0 == " " }), (0...100).contains(value) else {
                throw UsageError("--metric-percentiles should be numbers from 0 to 100, has '\(text)'.")
            }
            result.append(value)
        }
        return result
    }

    /// The key-value pairs of `--metadata`.
    func extraKeys() throws(UsageError) -> JSONObject {
        var object = JSONObject()
        for pair in metadata {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw UsageError("--metadata: '\(pair)' should be key=value.") }
            object[String(parts[0])] = .string(String(parts[1]))
        }
        return object
    }

    /// Writes the files that were asked for.
    ///
    /// - Parameter name: the name of `--save-result`'s file where no flag gives one.
    func write(_ result: JSONValue, name: String) throws(UsageError) {
        if let outputJson { try OutputFile.write(result, to: outputJson, flag: "--output-json") }
        guard saveResult else { return }
        let file = resultFilename ?? name
        let path = resultDir.map { "\($0)/\(file)" } ?? file
        try OutputFile.write(result, to: path, flag: "--save-result")
    }
}
