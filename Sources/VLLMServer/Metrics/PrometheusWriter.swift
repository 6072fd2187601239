// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMJSON

/// Writes metrics in Prometheus' text format, version 0.0.4.
///
/// Source: prometheus.io, "Exposition formats".
struct PrometheusWriter {
    /// What the text is, for `Content-Type`.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes: [UInt8] = []
    /// Labels that every sample has.
    let labels: [(String, String)]

    init(labels: [(String, String)]) { self.labels = labels }

    /// A value that goes up and down.
    mutating func gauge(
        _ name: String, _ help: String, _ value: Double, labels extra: [(String, String)] = []
    ) {
        header(name, help, "gauge")
        sample(name, extra, value)
    }

    /// A value that only grows; the name gets the suffix `_total`.
    mutating func counter(_ name: String, _ help: String, _ value: Double) {
        counters(name, help, [([], value)])
    }

    /// Values that only grow, told apart by labels.
    mutating func counters(
        _ name: String, _ help: String, _ values: [(labels: [(String, String)], value: Double)]
    ) {
        header(name + "_total", help, "counter")
        for entry in values { sample(name + "_total", entry.labels, entry.value) }
    }

    /// A distribution.
    mutating func histogram(
        _ name: String, _ help: String, _ histogram: Histogram, labels extra: [(String, String)] = []
    ) {
        header(name, help, "histogram")
        buckets(name, histogram, extra)
    }

    /// Distributions told apart by labels.
    mutating func histograms(
        _ name: String, _ help: String, _ values: [(labels: [(String, String)], value: Histogram)]
    ) {
        header(name, help, "histogram")
        for entry in values { buckets(name, entry.value, entry.labels) }
    }

    private mutating func buckets(_ name: String, _ histogram: Histogram, _ extra: [(String, String)]) {
        var total = 0
        for (index, count) in histogram.counts.enumerated() {
            total += count
            let bound = index < histogram.bounds.count ? PythonFloat.repr(histogram.bounds[index]) : "+Inf"
            sample(name + "_bucket", extra + [("le", bound)], Double(total))
        }
        sample(name + "_count", extra, Double(total))
        sample(name + "_sum", extra, histogram.sum)
    }

    private mutating func header(_ name: String, _ help: String, _ type: String) {
        append("# HELP \(name) \(Self.escape(help, quotes: false))\n# TYPE \(name) \(type)\n")
    }

    private mutating func sample(_ name: String, _ extra: [(String, String)], _ value: Double) {
        let all = (labels + extra).sorted { $0.0 < $1.0 }
        append(name)
        if !all.isEmpty {
            append(
                "{" + all.map { "\($0.0)=\"\(Self.escape($0.1, quotes: true))\"" }.joined(separator: ",")
                    + "}")
        }
        append(" " + Self.text(value) + "\n")
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return PythonFloat.repr(value)
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
