// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMTypes

/// The engine's metrics by vLLM's names, types and labels.
enum EngineMetricsText {
    static func write(_ snapshot: MetricsSnapshot, _ info: ModelInfo, into writer: inout PrometheusWriter) {
        gauges(snapshot, into: &writer)
        cacheConfiguration(info, into: &writer)
        counters(snapshot, into: &writer)
        tokenHistograms(snapshot, into: &writer)
        timeHistograms(snapshot, into: &writer)
    }

    private static func gauges(_ snapshot: MetricsSnapshot, into writer: inout PrometheusWriter) {
        let scheduler = snapshot.scheduler
        writer.gauge(
            "vllm:num_requests_running", "Requests in the running batch.", Double(scheduler.numRunning))
        writer.gauge("vllm:num_requests_waiting", "Requests that wait.", Double(scheduler.numWaiting))
        writer.gauge(
            "vllm:num_requests_waiting_by_reason", "Requests that wait, by what they wait for.",
            Double(scheduler.numWaiting), labels: [("reason", "capacity")])
        writer.gauge(
            "vllm:kv_cache_usage_perc", "Share of the key/value blocks in use, 1 is all.",
            scheduler.kvCacheUsage)
    }

    private static func cacheConfiguration(_ info: ModelInfo, into writer: inout PrometheusWriter) {
        writer.gauge(
            "vllm:cache_config_info", "How the key/value cache is set up.", 1,
            labels: [
                ("block_size", "\(info.blockSize)"), ("num_gpu_blocks", "\(info.numBlocks)"),
                ("num_cpu_blocks", "None"), ("cache_dtype", "\(info.dtype)"),
                ("kv_cache_size_tokens", "\(info.poolTokens)"),
                ("kv_cache_max_concurrency", "\(info.maxConcurrency)"),
            ])
    }

    private static func counters(_ snapshot: MetricsSnapshot, into writer: inout PrometheusWriter) {
        let scheduler = snapshot.scheduler
        writer.counter(
            "vllm:prefix_cache_queries", "Prompt tokens looked up in the prefix cache.",
            Double(scheduler.prefixCacheQueries))
        writer.counter(
            "vllm:prefix_cache_hits", "Prompt tokens found in the prefix cache.",
            Double(scheduler.prefixCacheHits))
        writer.counter("vllm:num_preemptions", "Preemptions.", Double(scheduler.numPreemptions))
        writer.counter("vllm:prompt_tokens", "Prompt tokens processed.", Double(snapshot.promptTokens))
        writer.counter(
            "vllm:prompt_tokens_cached", "Prompt tokens that were cached.",
            Double(snapshot.promptTokensCached))
        let computed = max(0, snapshot.promptTokens - snapshot.promptTokensCached)
        writer.counters(
            "vllm:prompt_tokens_by_source", "Prompt tokens by where their keys and values came from.",
            [
                ([("source", "local_compute")], Double(computed)),
                ([("source", "local_cache_hit")], Double(snapshot.promptTokensCached)),
                ([("source", "external_kv_transfer")], 0),
            ])
        writer.counters(
            "vllm:prompt_tokens_cached_by_source", "Prompt tokens that were cached, by where.",
            [([("source", "device")], Double(snapshot.promptTokensCached))])
        writer.counters(
            "vllm:admission_rejections", "Requests refused for a full queue, by the limit.",
            snapshot.numRejected.map { ([("reason", $0.limit)], Double($0.count)) })
        writer.counter("vllm:generation_tokens", "Tokens generated.", Double(snapshot.generationTokens))
        writer.counters(
            "vllm:request_success", "Finished requests by reason.",
            FinishReason.allCases.map {
                ([("finished_reason", $0.rawValue)], Double(snapshot.requestSuccess[$0] ?? 0))
            } + [([("finished_reason", "repetition")], 0)])
    }

    private static func tokenHistograms(_ snapshot: MetricsSnapshot, into writer: inout PrometheusWriter) {
        writer.histogram("vllm:iteration_tokens_total", "Tokens a step.", snapshot.iterationTokens)
        writer.histogram(
            "vllm:request_prompt_tokens", "Prompt tokens a request.", snapshot.requestPromptTokens)
        writer.histogram(
            "vllm:request_generation_tokens", "Generated tokens a request.", snapshot.requestGenerationTokens)
        writer.histogram(
            "vllm:request_max_num_generation_tokens", "Generated tokens a request may have, at most.",
            snapshot.requestMaxTokens)
        writer.histogram(
            "vllm:request_params_max_tokens", "The parameter max_tokens.", snapshot.requestMaxTokens)
        writer.histogram(
            "vllm:request_prefill_kv_computed_tokens", "Prompt tokens a request that were not cached.",
            snapshot.requestComputedTokens)
        writer.histogram(
            "vllm:request_num_preemptions", "How often a request had to make room for others.",
            snapshot.requestPreemptions)
        writer.histogram("vllm:request_params_n", "The parameter n.", snapshot.requestN)
    }

    private static func timeHistograms(_ snapshot: MetricsSnapshot, into writer: inout PrometheusWriter) {
        writer.histogram(
            "vllm:time_to_first_token_seconds", "From arrival to the first token.", snapshot.timeToFirstToken)
        writer.histogram(
            "vllm:inter_token_latency_seconds", "Between two tokens of a request.", snapshot.interTokenLatency
        )
        writer.histogram(
            "vllm:request_time_per_output_token_seconds", "Mean time an output token after the first.",
            snapshot.timePerOutputToken)
        writer.histogram(
            "vllm:e2e_request_latency_seconds", "From arrival to the last token.", snapshot.endToEndLatency)
        writer.histogram(
            "vllm:request_queue_time_seconds", "From arrival to the first step.", snapshot.queueTime)
        writer.histogram(
            "vllm:request_inference_time_seconds", "From the first step to the last token.",
            snapshot.inferenceTime)
        writer.histogram(
            "vllm:request_prefill_time_seconds", "From the first step to the first token.",
            snapshot.prefillTime)
        writer.histogram(
            "vllm:request_decode_time_seconds", "From the first token to the last.", snapshot.decodeTime)
    }
}
