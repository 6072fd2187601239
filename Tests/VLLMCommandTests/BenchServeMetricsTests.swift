// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("LatencySummary")
struct LatencySummaryTests {
    /// The relative error that a few roundings of a double leave.
    private let tolerance = 1e-14

    @Test("percentiles are those of numpy")
    func percentiles() {
        // numpy.percentile([(i * 7919 % 1009) / 7 for i in range(1000)], p), with mean and std.
        let values = (0..<1000).map { Double($0 * 7919 % 1009) / 7 }
        let expected: [(Double, Double)] = [
            (1, 1.4271428571428573), (25, 36.10714285714286), (50, 72.21428571428572),
            (75, 108.03571428571428), (90, 129.5857142857143), (95, 136.8642857142857),
            (99, 142.57285714285715), (99.9, 143.85728571428572),
        ]
        let summary = LatencySummary(values, percentiles: expected.map(\.0))
        for (found, (_, value)) in zip(summary.percentiles, expected) {
            #expect(abs(found - value) <= tolerance * value)
        }
        #expect(abs(summary.mean - 72.09685714285715) <= 1e-12)
        #expect(abs(summary.standardDeviation - 41.62272444377529) <= 1e-12)
        #expect(summary.median == 72.21428571428572)
    }

    @Test("the ends are the least and the largest value")
    func ends() {
        let sorted = [0.3, 1, 2.5, 4, 4, 7.25, 12.5, 99]
        #expect(LatencySummary.percentile(0, of: sorted) == 0.3)
        #expect(LatencySummary.percentile(100, of: sorted) == 99)
        #expect(LatencySummary.percentile(25, of: sorted) == 2.125)
        #expect(LatencySummary.percentile(200, of: sorted) == 99)
        #expect(LatencySummary.percentile(.nan, of: sorted) == 0)
    }

    @Test("of no values every figure is 0, as in vLLM")
    func empty() {
        let summary = LatencySummary([], percentiles: [50, 99])
        #expect(summary.mean == 0 && summary.median == 0 && summary.percentiles == [0, 0])
        #expect(LatencySummary.percentile(50, of: []) == 0)
    }
}

@Suite("ServeMetrics")
struct ServeMetricsTests {
    /// Two requests that succeed, and one that fails.
    static var records: [RequestRecord] {
        var first = RequestRecord()
        (first.startTime, first.timeToFirstToken, first.latency) = (1, 0.5, 1.5)
        (first.promptTokens, first.outputTokens, first.interTokenLatencies) = (10, 3, [0.5, 0.5])
        var second = RequestRecord()
        (second.startTime, second.timeToFirstToken, second.latency) = (1.25, 0.25, 0.25)
        (second.promptTokens, second.outputTokens) = (300, 1)
        var failed = RequestRecord()
        (failed.promptTokens, failed.outputTokens, failed.error) = (1000, 7, "HTTP 500: no")
        return [first, failed, second]
    }

    /// The figures of those requests.
    static func metrics(_ limits: [String] = []) throws -> ServeMetrics {
        ServeMetrics(records, duration: 2, percentiles: [50, 99], goodput: try GoodputLimits(limits))
    }

    @Test("only requests that succeeded count, by vLLM's definitions")
    func counts() throws {
        let metrics = try Self.metrics()
        #expect(metrics.completed == 2 && metrics.failed == 1)
        #expect(metrics.totalInput == 310 && metrics.totalOutput == 4)
        #expect(metrics.requestThroughput == 1 && metrics.outputThroughput == 2)
        #expect(metrics.totalThroughput == 157)
        // Chunks at 0.5, 1, 1.5 and 0.5 seconds behind the first request.
        #expect(metrics.peakOutputThroughput == 2 && metrics.peakConcurrency == 2)
        #expect(metrics.requestGoodput == nil)
        #expect(metrics.latencies[.ttft]?.mean == 375)
        #expect(metrics.latencies[.tpot]?.mean == 500, "a single token has no time per output token")
        #expect(metrics.latencies[.itl]?.median == 500)
        #expect(metrics.latencies[.e2el]?.mean == 875)
    }

    @Test("prompts are divided at powers of two from 128 on")
    func buckets() throws {
        let buckets = try Self.metrics().buckets
        #expect(buckets.map(\.name) == ["0-128", "257-512"])
        #expect(buckets.map(\.count) == [1, 1])
        #expect(buckets.last?.latencies[.ttft]?.mean == 250)
    }

    @Test(
        "requests within all limits make the goodput",
        arguments: [
            (["ttft:500"], 1.0), (["ttft:499"], 0.5), (["ttft:500", "e2el:1000"], 0.5), (["tpot:499.9"], 0.5),
            (["e2el:0"], 0.0), (["ttft:500 tpot:500 e2el:1500"], 1.0),
        ])
    func goodput(limits: [String], expected: Double) throws {
        #expect(try Self.metrics(limits).requestGoodput == expected)
    }

    @Test(
        "limits that mean nothing are refused",
        arguments: ["", "ttft", "itl:5", "ttft:x", "ttft:-1", "a:1:2"])
    func limits(pair: String) {
        if pair.isEmpty {
            #expect((try? GoodputLimits([pair]))?.isEmpty == true)
        } else {
            #expect(throws: UsageError.self) { try GoodputLimits([pair]) }
        }
    }

    @Test("a run without any request has figures")
    func empty() throws {
        let metrics = ServeMetrics([], duration: 0, percentiles: [99], goodput: try GoodputLimits([]))
        #expect(metrics.completed == 0 && metrics.peakConcurrency == 0 && metrics.requestThroughput == 0)
        #expect(metrics.latencies[.ttft]?.percentiles == [0])
    }

    @Test("reasons for failures are counted in the order they came")
    func reasons() {
        let records = ["b", nil, "a", "b", "c"].map { reason in
            var record = RequestRecord()
            record.error = reason
            return record
        }
        let reasons = FailureReasons.first(2, of: records)
        #expect(reasons.map(\.reason) == ["b", "a"] && reasons.map(\.count) == [2, 1])
    }
}
