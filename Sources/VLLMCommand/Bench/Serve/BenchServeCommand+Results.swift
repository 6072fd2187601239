// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMJSON

extension BenchServeCommand {
    /// What is about to be done, in vLLM's words.
    func opening(_ count: Int, _ target: ServeTarget) -> String {
        let kind = traffic.burstiness == 1 ? "Poisson process" : "Gamma distribution"
        let most = traffic.maxConcurrency.map { "\($0)" } ?? "none"
        return "\(Quantity.count(count, "request")) to \(target.model) at \(target.url.authority). "
            + "Traffic request rate: \(traffic.requestRate). "
            + "Burstiness factor: \(traffic.burstiness) (\(kind)). "
            + "Maximum request concurrency: \(most)"
    }

    /// Tells the first reasons for failures, each with how often it came.
    func report(failures records: [RequestRecord], _ logger: Logger) {
        for (reason, count) in FailureReasons.first(5, of: records) {
            logger.warning("\(Quantity.count(count, "request")) failed: \(reason)")
        }
    }

    /// Writes the files that were asked for.
    func write(
        _ records: [RequestRecord], _ metrics: ServeMetrics, _ target: ServeTarget
    ) throws {
        let date = ServeResult.date()
        var setup: JSONObject = [
            "date": .string(date), "endpoint_type": .string(target.backend.rawValue),
            "backend": .string(target.backend.rawValue), "label": results.label.map { .string($0) } ?? .null,
            "model_id": .string(server.model ?? target.model),
            "tokenizer_id": workload.tokenizer.map { .string($0) } ?? .null,
            "num_prompts": .integer(workload.numPrompts),
        ]
        for (key, value) in try results.extraKeys() { setup[key] = value }
        setup["request_rate"] = Self.number(traffic.requestRate)
        setup["burstiness"] = Self.number(traffic.burstiness)
        setup["max_concurrency"] = traffic.maxConcurrency.map { .integer($0) } ?? .null
        let result = ServeResult(setup: setup, metrics: metrics, shown: try results.metrics())
        let model = target.model.split(separator: "/").last.map(String.init) ?? "model"
        let limit = traffic.maxConcurrency.map { "-concurrency\($0)" } ?? ""
        let label = results.label ?? target.backend.rawValue
        try results.write(
            result.json(detailing: results.saveDetailed ? records : nil),
            name: "\(label)-\(traffic.requestRate)qps\(limit)-\(model)-\(date).json")
        if let path = results.plot {
            let plot = LatencyPlot(
                title: "Latencies of \(target.model): share of values at most so long",
                series: LatencyMetric.allCases.map { .init(name: $0.name, values: $0.milliseconds(records)) })
            try OutputFile.write(text: plot.svg, to: path, flag: "--plot")
        }
    }

    private static func number(_ value: Double) -> JSONValue {
        value.isFinite ? .number(value) : .string("inf")
    }
}
