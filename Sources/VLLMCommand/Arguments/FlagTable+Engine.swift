// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension FlagTable {
    /// Flags that set up an engine.
    static let engine: [FlagEntry] =
        model + loading + cache + scheduler + parallel + multimodal + adapters + execution + observability
        + older

    private static let noMedia = "models of text alone run here, so that no media are read"
    private static let noRemoteCode = "no remote code is ever run"
    private static let fewFiles = "only the files that are needed are fetched"
    private static let oneDevice = "running a model on more than one device"
    private static let noGraphs = "there are no graphs to compile or capture"

    private static let model: [FlagEntry] = [
        .built("--model"),
        .built("--tokenizer"),
        .built("--revision"),
        .built("--dtype"),
        .built("--seed", value: .integer),
        .built("--max-model-len", value: .integer),
        .built("--allow-long-max-model-len", value: .boolean),
        .built("--max-logprobs", value: .integer),
        .built("--generation-config"),
        .built("--device"),
        .built("--threads", value: .integer),
        .built("--instruction-set"),
        .neutral("--runner", only: ["auto", "generate"], missing: "running pooling models"),
        .neutral(
            "--convert", only: ["auto", "none"], missing: "converting a model to embedding or classification"),
        .neutral("--tokenizer-mode", only: ["auto", "hf", "slow"], missing: "that kind of tokenizer"),
        .satisfied("--trust-remote-code", value: .boolean, because: noRemoteCode),
        .built("--quantization", "-q"),
        .neutral("--quantization-config", only: ["{}"], missing: "loading quantized weights"),
        .satisfied("--enforce-eager", value: .boolean, because: noGraphs),
        .satisfied("--code-revision", because: noRemoteCode),
        .built("--tokenizer-revision"),
        .built("--hf-token"),
        .object("--hf-overrides"),
        .neutral("--hf-config-path", missing: "a configuration from another folder"),
        .neutral("--config-format", only: ["auto", "hf"], missing: "that format of configuration"),
        .object("--override-generation-config"),
        .neutral("--logprobs-mode", only: ["raw_logprobs"], missing: "that kind of log-probabilities"),
        .off("--skip-tokenizer-init", missing: "serving without a tokenizer"),
        .off("--enable-prompt-embeds", missing: "prompts of embeddings"),
        .off("--disable-sliding-window", missing: "switching sliding windows off"),
        .satisfied("--disable-cascade-attn", value: .boolean, because: "there is no cascade attention"),
        .neutral("--pooler-config", only: ["{}"], missing: "running pooling models"),
        .built("--logits-processors", value: .list),
        .off("--enable-sleep-mode", missing: "putting an engine to sleep"),
        .neutral("--model-impl", only: ["auto", "vllm"], missing: "running models through Python"),
        .satisfied("--allowed-local-media-path", because: noMedia),
        .satisfied("--allowed-media-domains", value: .list, because: noMedia),
        .neutral("--io-processor-plugin", missing: "plug-ins in Python"),
        .satisfied(
            "--renderer-num-workers", value: .integer,
            because: "prompts are rendered on all of the server's threads"),
        .off("--return-sampling-mask", missing: "returning sampling masks"),
        .off("--use-fp64-gumbel", missing: "noise in double precision"),
        .off("--enable-trace-replay", missing: "replaying traces"),
    ]

    private static let loading: [FlagEntry] = [
        .built("--download-dir"),
        .built("--load-format"),
        .built("--packed-cache"),
        .neutral(
            "--safetensors-load-strategy", only: ["auto", "lazy", "eager", "prefetch"],
            missing: "that way of loading"),
        .neutral(
            "--model-loader-extra-config", only: ["{}"], missing: "loaders with a configuration of their own"),
        .satisfied("--ignore-patterns", value: .list, because: fewFiles),
        .satisfied(
            "--use-tqdm-on-load", value: .boolean,
            because: "progress is drawn where standard error is a terminal"),
    ]

    private static let cache: [FlagEntry] = [
        .built("--kv-eviction-policy"),
        .built("--block-size", value: .integer),
        .built("--gpu-memory-utilization"),
        .built("--kv-cache-memory-bytes", "--kv-cache-memory", value: .integer),
        .built("--enable-prefix-caching", value: .boolean),
        .neutral("--kv-cache-dtype", only: ["auto"], missing: "a cache in another type than the model's"),
        .satisfied(
            "--kv-cache-dtype-skip-layers", value: .list,
            because: "the cache has the model's type in all layers"),
        .neutral(
            "--num-gpu-blocks-override", value: .integer,
            missing: "a fixed number of blocks (--kv-cache-memory-bytes sizes the cache)"),
        .satisfied(
            "--prefix-caching-hash-algo", because: "a hit compares the tokens themselves, whatever the hash"),
        .neutral(
            "--prefix-cache-retention-interval", value: .integer, only: ["0"], missing: "retaining prefixes"),
        .satisfied("--mamba-cache-dtype", because: "no state-space models run here"),
        .satisfied("--mamba-ssm-cache-dtype", because: "no state-space models run here"),
        .satisfied("--mamba-block-size", value: .integer, because: "no state-space models run here"),
        .off("--kv-sharing-fast-prefill", missing: "sharing caches between layers"),
        .neutral("--kv-offloading-size", only: ["0"], missing: "a second level of cache"),
        .satisfied("--kv-offloading-backend", because: "there is no second level of cache"),
        .satisfied("--offload-backend", because: "the weights are in main memory"),
        .satisfied("--cpu-offload-gb", because: "the weights are in main memory"),
        .satisfied("--offload-group-size", because: "the weights are in main memory"),
        .satisfied("--offload-num-in-group", because: "the weights are in main memory"),
        .satisfied("--offload-prefetch-step", because: "the weights are in main memory"),
        .satisfied("--offload-params", value: .list, because: "the weights are in main memory"),
        .satisfied("--swap-space", because: "sequences that must make room are computed again"),
    ]

    private static let scheduler: [FlagEntry] = [
        .built("--max-num-batched-tokens", value: .integer),
        .built("--max-num-seqs", value: .integer),
        .built("--enable-chunked-prefill", value: .boolean),
        .built("--scheduling-policy"),
        .neutral("--max-num-active-seqs", value: .integer, missing: "a limit besides --max-num-seqs"),
        .built("--max-num-queued-reqs", value: .integer),
        .built("--max-num-queued-tokens", value: .integer),
        .neutral(
            "--max-num-scheduled-tokens", value: .integer, missing: "a limit besides --max-num-batched-tokens"
        ),
        .neutral(
            "--long-prefill-token-threshold", value: .integer, only: ["0"], missing: "a limit to long prompts"
        ),
        .off("--long-prefill-token-threshold-adaptive", missing: "a limit to long prompts"),
        .neutral(
            "--max-num-partial-prefills", value: .integer, only: ["1"], missing: "a limit to long prompts"),
        .neutral(
            "--max-long-partial-prefills", value: .integer, only: ["1"], missing: "a limit to long prompts"),
        .satisfied("--disable-chunked-mm-input", value: .boolean, because: noMedia),
        .neutral(
            "--scheduler-reserve-full-isl", value: .boolean, only: ["true"],
            missing: "admitting a prompt that does not fit as a whole"),
        .neutral("--watermark", only: ["0", "0.0"], missing: "keeping a share of the cache free"),
        .neutral(
            "--prefill-schedule-interval", value: .integer, only: ["1"], missing: "scheduling prompts rarely"),
        .satisfied("--async-scheduling", value: .boolean, because: "the engine has a thread of its own"),
        .neutral(
            "--stream-interval", value: .integer, only: ["1"], missing: "streaming several tokens at once"),
        .satisfied(
            "--disable-hybrid-kv-cache-manager", value: .boolean,
            because: "all layers share one kind of cache"),
        .neutral("--scheduler-cls", missing: "schedulers as plug-ins"),
    ]

    private static let parallel: [FlagEntry] = [
        .neutral("--tensor-parallel-size", "-tp", value: .integer, only: ["1"], missing: oneDevice),
        .neutral("--pipeline-parallel-size", "-pp", value: .integer, only: ["1"], missing: oneDevice),
        .neutral(
            "--data-parallel-size", "-dp", value: .integer, only: ["1"], missing: "more than one engine"),
        .neutral(
            "--data-parallel-rank", "-dpn", value: .integer, only: ["0"], missing: "more than one engine"),
        .neutral(
            "--data-parallel-start-rank", "-dpr", value: .integer, only: ["0"],
            missing: "more than one engine"),
        .neutral(
            "--data-parallel-size-local", "-dpl", value: .integer, only: ["1"],
            missing: "more than one engine"),
        .satisfied("--data-parallel-address", "-dpa", because: "there is one engine"),
        .satisfied("--data-parallel-rpc-port", "-dpp", value: .integer, because: "there is one engine"),
        .neutral("--data-parallel-backend", "-dpb", only: ["mp"], missing: "more than one engine"),
        .off("--data-parallel-hybrid-lb", missing: "more than one engine"),
        .off("--data-parallel-external-lb", missing: "more than one engine"),
        .off("--data-parallel-multi-port-external-lb", missing: "more than one engine"),
        .neutral(
            "--decode-context-parallel-size", "-dcp", value: .integer, only: ["1"], missing: oneDevice),
        .neutral(
            "--prefill-context-parallel-size", "-pcp", value: .integer, only: ["1"], missing: oneDevice),
        .satisfied(
            "--enable-expert-parallel", "-ep", value: .boolean, because: "one device holds the whole model"),
        .off("--enable-eplb", missing: "balancing experts between devices"),
        .satisfied("--eplb-config", because: "one device holds the whole model"),
        .satisfied("--all2all-backend", because: "one device holds the whole model"),
        .neutral("--distributed-executor-backend", only: ["mp", "uni"], missing: "running on a cluster"),
        .neutral("--nnodes", "-n", value: .integer, only: ["1"], missing: "running on a cluster"),
        .neutral("--node-rank", "-r", value: .integer, only: ["0"], missing: "running on a cluster"),
        .satisfied("--master-addr", because: "there is one node"),
        .satisfied("--master-port", value: .integer, because: "there is one node"),
        .off("--numa-bind", missing: "binding to NUMA nodes (numactl does it)"),
        .neutral("--device-ids", only: ["0"], missing: "choosing between devices"),
        .satisfied("--disable-custom-all-reduce", value: .boolean, because: "there is one device"),
        .satisfied("--enable-dbo", value: .boolean, because: "there is one device"),
        .neutral("--worker-cls", only: ["auto"], missing: "workers as plug-ins"),
        .neutral("--worker-extension-cls", missing: "workers as plug-ins"),
        .off("--enable-elastic-ep", missing: "more than one engine"),
        .off("--enable-fault-tolerance", missing: "more than one engine"),
        .satisfied(
            "--max-parallel-loading-workers", value: .integer, because: "weights are loaded on all threads"),
    ]

    private static let multimodal: [FlagEntry] = [
        .satisfied("--limit-mm-per-prompt", because: noMedia),
        .satisfied("--language-model-only", value: .boolean, because: noMedia),
        .off("--enable-mm-embeds", missing: "media as embeddings"),
        .satisfied("--media-io-kwargs", because: noMedia),
        .satisfied("--mm-processor-kwargs", because: noMedia),
        .satisfied("--mm-processor-cache-gb", because: noMedia),
        .satisfied("--mm-processor-cache-type", because: noMedia),
        .satisfied("--mm-hasher-algorithm", because: noMedia),
        .satisfied("--mm-encoder-tp-mode", because: noMedia),
        .satisfied("--mm-encoder-attn-backend", because: noMedia),
        .satisfied("--skip-mm-profiling", value: .boolean, because: noMedia),
        .satisfied("--video-pruning-rate", because: noMedia),
        .satisfied("--interleave-mm-strings", value: .boolean, because: noMedia),
        .satisfied("--disable-mm-preprocessor-cache", value: .boolean, because: noMedia),
    ]

    private static let withoutLoRA = "it matters only with --enable-lora"

    private static let adapters: [FlagEntry] = [
        .off("--enable-lora", missing: "LoRA adapters"),
        .satisfied("--max-loras", value: .integer, because: withoutLoRA),
        .satisfied("--max-lora-rank", value: .integer, because: withoutLoRA),
        .satisfied("--max-cpu-loras", value: .integer, because: withoutLoRA),
        .satisfied("--lora-dtype", because: withoutLoRA),
        .satisfied("--fully-sharded-loras", value: .boolean, because: withoutLoRA),
        .satisfied("--lora-target-modules", value: .list, because: withoutLoRA),
        .satisfied("--enable-tower-connector-lora", value: .boolean, because: withoutLoRA),
        .neutral("--default-mm-loras", only: ["{}"], missing: "LoRA adapters"),
        .neutral("--speculative-config", "-sc", only: ["{}"], missing: "speculative decoding"),
        .neutral("--spec-method", missing: "speculative decoding"),
        .neutral("--spec-model", missing: "speculative decoding"),
        .neutral("--spec-tokens", value: .integer, missing: "speculative decoding"),
        .neutral("--structured-outputs-config", only: ["{}", "auto"], missing: "structured outputs"),
        .neutral("--guided-decoding-backend", only: ["auto"], missing: "structured outputs"),
        .neutral("--reasoning-parser", missing: "telling reasoning from the answer"),
        .neutral("--reasoning-parser-plugin", missing: "plug-ins in Python"),
        .neutral("--reasoning-config", only: ["{}"], missing: "telling reasoning from the answer"),
        .off("--enable-reasoning", missing: "telling reasoning from the answer"),
        .neutral("--kv-transfer-config", only: ["{}"], missing: "moving caches between engines"),
        .neutral("--kv-events-config", only: ["{}"], missing: "events of the cache"),
        .neutral("--ec-transfer-config", only: ["{}"], missing: "moving caches between engines"),
    ]

    private static let execution: [FlagEntry] = [
        .satisfied("--compilation-config", "-cc", because: noGraphs),
        .satisfied("--optimization-level", "-O", value: .integer, because: noGraphs),
        .satisfied("--performance-mode", because: "there is one mode"),
        .satisfied("--cudagraph-capture-sizes", "--cuda-graph-sizes", value: .list, because: noGraphs),
        .satisfied("--max-cudagraph-capture-size", value: .integer, because: noGraphs),
        .satisfied("--max-seq-len-to-capture", value: .integer, because: noGraphs),
        .satisfied("--attention-config", "-ac", because: "the processor has one implementation of attention"),
        .satisfied("--attention-backend", because: "the processor has one implementation of attention"),
        .satisfied("--moe-backend", because: "the device has one implementation"),
        .satisfied("--linear-backend", because: "the device has one implementation"),
    ]

    private static let observability: [FlagEntry] = [
        .built("--log-level"),
        .neutral("--otlp-traces-endpoint", missing: "tracing"),
        .neutral("--collect-detailed-traces", missing: "tracing"),
        .satisfied("--show-hidden-metrics-for-version", because: "no metrics are hidden"),
        .off("--kv-cache-metrics", missing: "metrics of single blocks"),
        .neutral("--per-request-spec-decode-metrics", missing: "speculative decoding"),
        .neutral("--custom-histogram-buckets", only: ["{}"], missing: "histograms with bounds of your own"),
        .off("--enable-mfu-metrics", missing: "metrics of the processor's use"),
        .neutral("--profiler-config", only: ["{}"], missing: "profiling"),
    ]

    /// Flags of earlier versions that stand in many start commands.
    private static let older: [FlagEntry] = [
        .neutral("--task", only: ["auto", "generate"], missing: "running pooling models"),
        .satisfied("--use-v2-block-manager", value: .boolean, because: "there is one block manager"),
        .neutral(
            "--num-scheduler-steps", value: .integer, only: ["1"], missing: "steps without the scheduler"),
        .satisfied(
            "--multi-step-stream-outputs", value: .boolean, because: "every step's tokens are streamed"),
        .satisfied(
            "--disable-async-output-proc", value: .boolean, because: "the engine has a thread of its own"),
        .neutral("--preemption-mode", only: ["recompute"], missing: "preemption by swapping"),
        .neutral("--num-lookahead-slots", value: .integer, only: ["0"], missing: "speculative decoding"),
        .neutral(
            "--rope-scaling", only: ["{}"], missing: "a flag of its own for what --hf-overrides replaces"),
        .neutral("--rope-theta", missing: "a flag of its own for what --hf-overrides replaces"),
        .off("--worker-use-ray", missing: "running on a cluster"),
    ]
}
