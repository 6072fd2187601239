// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand
import VLLMJSON

@Suite("ServeReport")
struct ServeReportTests {
    @Test("rows and headings are laid out as vLLM's")
    func table() throws {
        let report = ServeReport(
            metrics: try ServeMetricsTests.metrics(["ttft:400"]), shown: [.ttft, .tpot], requestRate: 4,
            maxConcurrency: 8)
        let lines = report.table
        #expect(
            Array(lines.prefix(13)) == [
                "============ Serving Benchmark Result ============",
                "Successful requests:                     2         ",
                "Failed requests:                         1         ",
                "Maximum request concurrency:             8         ",
                "Request rate configured (RPS):           4.00      ",
                "Benchmark duration (s):                  2.00      ",
                "Total input tokens:                      310       ",
                "Total generated tokens:                  4         ",
                "Request throughput (req/s):              1.00      ",
                "Request goodput (req/s):                 0.50      ",
                "Output token throughput (tok/s):         2.00      ",
                "Peak output token throughput (tok/s):    2.00      ",
                "Peak concurrent requests:                2.00      ",
            ])
        #expect(
            Array(lines[13..<20]) == [
                "Total token throughput (tok/s):          157.00    ",
                "---------------Time to First Token----------------",
                "Mean TTFT (ms):                          375.00    ",
                "Median TTFT (ms):                        375.00    ",
                "P50 TTFT (ms):                           375.00    ",
                "P99 TTFT (ms):                           497.50    ",
                "-----Time per Output Token (excl. 1st token)------",
            ])
        #expect(lines.last == "==================================================")
    }

    @Test("rows that were not asked for are absent, and the other headings are centred")
    func headings() throws {
        let lines = ServeReport(metrics: try ServeMetricsTests.metrics()).table
        #expect(
            !lines.contains { $0.contains("goodput") || $0.contains("concurrency:") || $0.contains("RPS") })
        #expect(lines.contains("---------------Inter-token Latency----------------"))
        #expect(lines.contains("----------------End-to-end Latency----------------"))
    }

    @Test("lengths of prompts have a line for each metric")
    func buckets() throws {
        let lines = ServeReport(metrics: try ServeMetricsTests.metrics(), shown: [.ttft, .e2el]).table
        let start = try #require(lines.firstIndex { $0.contains("Latency by Input Length (ms)") })
        let words = lines[(start + 1)...].map { $0.split(separator: " ").map(String.init) }
        #expect(words[0] == ["Tokens", "Requests", "Mean", "Median", "P50", "P99"])
        #expect(words[1] == ["0-128", "1", "TTFT", "500.00", "500.00", "500.00", "500.00"])
        #expect(words[2] == ["E2EL", "1500.00", "1500.00", "1500.00", "1500.00"])
        #expect(words[3][0] == "257-512" && words.count == 6)
    }
}

@Suite("ServeResult")
struct ServeResultTests {
    @Test("keys are vLLM's, details only where they are asked for")
    func keys() throws {
        let result = ServeResult(
            setup: ["backend": "openai"], metrics: try ServeMetricsTests.metrics(), shown: [.ttft])
        let plain = try #require(result.json().objectValue)
        #expect(
            plain.keys == [
                "backend", "duration", "completed", "failed", "total_input_tokens", "total_output_tokens",
                "request_throughput", "request_goodput", "output_throughput", "total_token_throughput",
                "max_output_tokens_per_s", "max_concurrent_requests", "mean_ttft_ms", "median_ttft_ms",
                "std_ttft_ms", "p50_ttft_ms", "p99_ttft_ms", "input_len_buckets",
            ])
        #expect(plain["request_goodput"]?.isNull == true && plain["completed"]?.intValue == 2)
        let detailed = result.json(detailing: ServeMetricsTests.records)
        #expect(detailed["errors"] == ["", "HTTP 500: no", ""] && detailed["output_lens"] == [3, 0, 1])
        #expect(detailed["itls"]?[0] == [0.5, 0.5])
    }

    @Test("percentiles with a fraction keep it in their names")
    func fractions() throws {
        let metrics = ServeMetrics(
            ServeMetricsTests.records, duration: 1, percentiles: [99.9], goodput: try GoodputLimits([]))
        let json = ServeResult(setup: [:], metrics: metrics, shown: [.e2el]).json()
        #expect(json["p99.9_e2el_ms"] != nil)
        #expect(ServeReport(metrics: metrics).table.contains { $0.hasPrefix("P99.9 ITL (ms):") })
    }
}

@Suite("LatencyPlot")
struct LatencyPlotTests {
    @Test("each latency has a curve and a name in the legend")
    func curves() throws {
        let records = ServeMetricsTests.records
        let plot = LatencyPlot(
            title: "a < b & \"c\"\u{1}",
            series: LatencyMetric.allCases.map { .init(name: $0.name, values: $0.milliseconds(records)) })
        let names = try #require(SVGText.elements(plot.svg))
        #expect(names.first == "svg" && names.count { $0 == "polyline" } == 4)
        #expect(plot.svg.contains("a &lt; b &amp; &quot;c&quot; <"))
        for metric in LatencyMetric.allCases { #expect(plot.svg.contains(">\(metric.name)</text>")) }
        #expect(plot.svg.contains(">milliseconds</text>") && plot.svg.contains(">50 %</text>"))
    }

    @Test(
        "values that no axis has do no harm",
        arguments: [
            [], [0], [.infinity, .nan], [-1, 0, 1e300], [5, 5, 5], (0..<100_000).map(Double.init),
        ])
    func values(values: [Double]) throws {
        let svg = LatencyPlot(title: "t", series: [.init(name: "TTFT", values: values)]).svg
        #expect(
            SVGText.elements(svg) != nil && !svg.contains("nan") && !svg.contains("inf")
                && svg.utf8.count < 50_000)
    }
}
