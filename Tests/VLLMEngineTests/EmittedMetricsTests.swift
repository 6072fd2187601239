// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Metrics
import MetricsTestKit
import Testing
import VLLMEngine
import VLLMTypes

/// What a program sees that has bootstrapped swift-metrics.
@Suite struct EmittedMetricsTests {
    /// Once a process, as programs do.
    private static let recorded: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    @Test("counters, gauges and timers come under vLLM's names with the model's label")
    func names() async throws {
        let metrics = Self.recorded
        let fixture = try ModelFixture("llama")
        let engine = try await fixture.load(dtype: .bfloat16) { $0.model = "metrics-test" }
        _ = try await engine.complete([5, 9, 2, 7], tokens: 6)
        let labels = [("model_name", "metrics-test")]
        #expect(try metrics.expectCounter("vllm:prompt_tokens_total", labels).totalValue == 4)
        #expect(try metrics.expectCounter("vllm:generation_tokens_total", labels).totalValue == 6)
        let finished = labels + [("finished_reason", "length")]
        #expect(try metrics.expectCounter("vllm:request_success_total", finished).totalValue == 1)
        #expect(try metrics.expectTimer("vllm:time_to_first_token_seconds", labels).values.count == 1)
        #expect(try metrics.expectTimer("vllm:inter_token_latency_seconds", labels).values.count == 5)
        #expect(try metrics.expectTimer("vllm:e2e_request_latency_seconds", labels).values.count == 1)
        #expect(try metrics.expectRecorder("vllm:iteration_tokens_total", labels).values.reduce(0, +) == 9)
        #expect(try metrics.expectGauge("vllm:num_requests_running", labels).values.contains(1))
        await engine.shutdown()
    }
}
