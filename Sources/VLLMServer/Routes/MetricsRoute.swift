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
        EngineMetricsText.write(context.engine.metrics.snapshot, context.engine.info, into: &engine)
        var process = PrometheusWriter(labels: [])
        ProcessMetrics()?.write(into: &process)
        process.counters(
            "http_requests", "Responses by path, method and class of status.",
            context.statistics.sortedCounts.map { key, count in
                ([("handler", key.path), ("method", key.method), ("status", key.status)], Double(count))
            })
        process.histograms(
            "http_request_duration_seconds", "Seconds until the response began.",
            context.statistics.sortedDurations.map { ([("handler", $0.path)], $0.histogram) })
        return engine.bytes + process.bytes
    }
}
