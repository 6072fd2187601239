// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import VLLMEngine

/// `/metrics`: everything that is counted, as Prometheus reads it.
struct MetricsRoute: Route {
    static let path = "/metrics"

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        .bytes(type: PrometheusWriter.contentType, text())
    }

    private func text() -> [UInt8] {
        var engine = PrometheusWriter(labels: [("model_name", context.modelNames[0]), ("engine", "0")])
        EngineMetricsText.write(context.engine.statistics, context.engine.info, into: &engine)
        return engine.bytes + Self.process(context.statistics)
    }

    /// Metrics of the process and its responses.
    private static func process(_ statistics: HTTPStatistics) -> [UInt8] {
        var process = PrometheusWriter(labels: [])
        ProcessMetrics()?.write(into: &process)
        process.counters(
            "http_requests", "Responses by path, method and class of status.",
            statistics.sortedCounts.map { key, count in
                ([("handler", key.path), ("method", key.method), ("status", key.status)], Double(count))
            })
        process.histograms(
            "http_request_duration_seconds", "Seconds until the response began.",
            statistics.sortedDurations.map { ([("handler", $0.path)], $0.histogram) })
        return process.bytes
    }

    /// Every metric, for the table that the binary prints.
    static var table: [(name: String, type: String, help: String)] {
        var engine = PrometheusWriter(labels: [])
        EngineMetricsText.write(.empty, .blank, into: &engine)
        let lines = String(decoding: engine.bytes + process(HTTPStatistics()), as: UTF8.self).split(
            separator: "\n")
        return zip(lines, lines.dropFirst()).compactMap { help, type in
            guard help.hasPrefix("# HELP "), type.hasPrefix("# TYPE ") else { return nil }
            let words = type.split(separator: " ")
            let text = help.split(separator: " ", maxSplits: 3).last.map(String.init) ?? ""
            return (String(words[2]), String(words[3]), text)
        }
    }
}
