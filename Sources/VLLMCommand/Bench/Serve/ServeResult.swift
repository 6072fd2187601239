// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import VLLMJSON

/// A run as a JSON object with the keys of vLLM's result files.
package struct ServeResult: Sendable {
    /// What was asked for, by vLLM's names, ahead of the figures.
    package var setup = JSONObject()
    /// The figures.
    package let metrics: ServeMetrics
    /// Metrics whose latencies are told.
    package let shown: [LatencyMetric]

    /// Creates a result.
    package init(setup: JSONObject, metrics: ServeMetrics, shown: [LatencyMetric]) {
        self.setup = setup
        self.metrics = metrics
        self.shown = shown
    }

    /// The object.
    ///
    /// - Parameter records: adds every request's figures, as `--save-detailed` does.
    package func json(detailing records: [RequestRecord]? = nil) -> JSONValue {
        var object = setup
        let figures: JSONObject = [
            "duration": .number(metrics.duration), "completed": .integer(metrics.completed),
            "failed": .integer(metrics.failed), "total_input_tokens": .integer(metrics.totalInput),
            "total_output_tokens": .integer(metrics.totalOutput),
            "request_throughput": .number(metrics.requestThroughput),
            "request_goodput": metrics.requestGoodput.map { .number($0) } ?? .null,
            "output_throughput": .number(metrics.outputThroughput),
            "total_token_throughput": .number(metrics.totalThroughput),
            "max_output_tokens_per_s": .number(metrics.peakOutputThroughput),
            "max_concurrent_requests": .integer(metrics.peakConcurrency),
        ]
        for (key, value) in figures { object[key] = value }
        if let records { for (key, value) in Self.details(records) { object[key] = value } }
        for (key, value) in latencies(metrics.latencies) { object[key] = value }
        object["input_len_buckets"] = .array(metrics.buckets.map(bucket))
        return .object(object)
    }

    private func latencies(_ summaries: [LatencyMetric: LatencySummary]) -> JSONObject {
        var object = JSONObject()
        for metric in shown {
            guard let summary = summaries[metric] else { continue }
            let name = "\(metric.rawValue)_ms"
            object["mean_\(name)"] = .number(summary.mean)
            object["median_\(name)"] = .number(summary.median)
            object["std_\(name)"] = .number(summary.standardDeviation)
            for (percent, value) in zip(metrics.percentiles, summary.percentiles) {
                object["p\(ServeReport.word(percent))_\(name)"] = .number(value)
            }
        }
        return object
    }

    private func bucket(_ bucket: LengthBucket) -> JSONValue {
        var object: JSONObject = [
            "min_input_len": .integer(bucket.lengths.lowerBound),
            "max_input_len": .integer(bucket.lengths.upperBound), "completed": .integer(bucket.count),
        ]
        for (key, value) in latencies(bucket.latencies) { object[key] = value }
        return .object(object)
    }

    private static func details(_ records: [RequestRecord]) -> JSONObject {
        func list(_ value: (RequestRecord) -> JSONValue) -> JSONValue { .array(records.map(value)) }
        return [
            "input_lens": list { .integer($0.promptTokens) },
            "output_lens": list { .integer($0.isSuccessful ? $0.outputTokens : 0) },
            "ttfts": list { .number($0.timeToFirstToken) },
            "itls": list { .array($0.interTokenLatencies.map { .number($0) }) },
            "start_times": list { .number($0.startTime) },
            "generated_texts": list { .string($0.text) },
            "errors": list { .string($0.error ?? "") },
        ]
    }

    /// The time now as vLLM writes it into results and their names: `20261121-151700`.
    package static func date() -> String {
        var seconds = time(nil)
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return "" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = unsafe "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
        return unsafe "\(day)-\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
    }
}
