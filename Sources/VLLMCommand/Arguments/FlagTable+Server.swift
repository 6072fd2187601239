// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension FlagTable {
    /// Flags of the HTTP server.
    static let server: [FlagEntry] = listening + chatting + reporting

    private static let noTLS = "TLS (put a proxy in front)"

    private static let listening: [FlagEntry] = [
        .built("--host"),
        .built("--port", value: .integer),
        .built("--api-key", value: .list),
        .built("--engine-process", value: .boolean),
        .built("--served-model-name", value: .list),
        .built("--shutdown-timeout", value: .integer),
        .built("--timeout-keep-alive", value: .integer),
        .built("--timeout-transfer", value: .integer),
        .neutral("--uds", missing: "listening on a Unix socket"),
        .off("--allow-credentials", missing: "answering browsers of other origins (CORS)"),
        .neutral(
            "--allowed-origins", value: .list, only: ["[]"],
            missing: "answering browsers of other origins (CORS)"),
        .satisfied("--allowed-methods", value: .list, because: "no other origin is allowed"),
        .satisfied("--allowed-headers", value: .list, because: "no other origin is allowed"),
        .neutral("--ssl-keyfile", missing: noTLS),
        .neutral("--ssl-certfile", missing: noTLS),
        .neutral("--ssl-ca-certs", missing: noTLS),
        .neutral("--ssl-cert-reqs", value: .integer, only: ["0"], missing: noTLS),
        .neutral("--ssl-ciphers", missing: noTLS),
        .off("--enable-ssl-refresh", missing: noTLS),
        .neutral("--root-path", only: ["/"], missing: "a prefix before all paths"),
        .neutral("--middleware", value: .repeated, only: ["[]"], missing: "plug-ins in Python"),
        .satisfied(
            "--h11-max-incomplete-event-size", value: .integer, because: "sizes of requests are bounded"),
        .satisfied("--h11-max-header-count", value: .integer, because: "sizes of requests are bounded"),
        .off("--headless", missing: "an engine without a server"),
        .off("--grpc", missing: "gRPC"),
        .neutral("--grpc-port", value: .integer, missing: "gRPC"),
        .off("--omni", missing: "other modalities"),
        .satisfied("--api-server-count", "-asc", value: .integer, because: "one server uses all threads"),
        .satisfied(
            "--disable-frontend-multiprocessing", value: .boolean,
            because: "server and engine are one process"),
        .off("--tokens-only", missing: "serving tokens without text"),
        .off("--enable-scale-out", missing: "more than one engine"),
    ]

    private static let chatting: [FlagEntry] = [
        .built("--chat-template"),
        .built("--chat-template-content-format"),
        .built("--trust-request-chat-template", value: .boolean),
        .satisfied("--trust-request-mm-kwargs", value: .boolean, because: "no media are read"),
        .neutral(
            "--default-chat-template-kwargs", only: ["{}"], missing: "default variables of the chat template"),
        .neutral("--reasoning-effort-map", only: ["{}"], missing: "telling reasoning from the answer"),
        .built("--response-role"),
        .off("--enable-auto-tool-choice", missing: "parsing tool calls"),
        .neutral("--tool-call-parser", missing: "parsing tool calls"),
        .neutral("--tool-parser-plugin", missing: "plug-ins in Python"),
        .neutral("--tool-strict-level", only: ["auto"], missing: "structured outputs"),
        .built("--exclude-tools-when-tool-choice-none", value: .boolean),
        .neutral("--tool-server", missing: "built-in tools"),
        .built("--return-tokens-as-token-ids", value: .boolean),
        .neutral("--lora-modules", value: .list, missing: "LoRA adapters"),
    ]

    private static let reporting: [FlagEntry] = [
        .built("--enable-log-requests", value: .boolean),
        .built("--disable-log-requests", value: .boolean),
        .built("--disable-log-stats", value: .boolean),
        .satisfied("--uvicorn-log-level", because: "--log-level sets the level"),
        .built("--disable-uvicorn-access-log", value: .boolean),
        .satisfied(
            "--disable-access-log-for-endpoints", value: .list,
            because: "--disable-uvicorn-access-log silences all of them"),
        .satisfied("--disable-fastapi-docs", value: .boolean, because: "no such pages are served"),
        .off("--enable-offline-docs", missing: "pages of documentation"),
        .built("--enable-request-id-headers", value: .boolean),
        .built("--enable-prompt-tokens-details", value: .boolean),
        .off("--enable-per-request-metrics", missing: "metrics in answers"),
        .satisfied("--enable-server-load-tracking", value: .boolean, because: "the load is always tracked"),
        .built("--enable-force-include-usage", value: .boolean),
        .neutral("--sse-keep-alive-interval", only: ["0"], missing: "keep-alive comments in streams"),
        .off("--enable-tokenizer-info-endpoint", missing: "that endpoint"),
        .off("--enable-log-outputs", missing: "logging outputs"),
        .satisfied("--max-log-len", value: .integer, because: "no prompts are logged"),
        .off("--log-error-stack", missing: "stacks in the log"),
        .neutral("--fingerprint-mode", only: ["full"], missing: "another fingerprint"),
        .neutral("--fingerprint-value", missing: "another fingerprint"),
    ]
}
