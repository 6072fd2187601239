// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMServer

/// Flags of the HTTP server.
struct ServerFlags: ParsableArguments {
    @Option(help: "Name or address to listen on (default: all IPv4 addresses).")
    var host: String?

    @Option(help: "Port to listen on; 0: any free one.")
    var port: Int = 8000

    @Option(
        help: "What clients may call the model; may be several, the first stands in answers (default: MODEL)."
    )
    var servedModelName: [String] = []

    @Option(
        help: "Key that clients must bring; may be several (default: $VLLM_API_KEY, else none is asked for).")
    var apiKey: [String] = []

    @Option(help: "Seconds that running requests get to finish after SIGTERM or SIGINT; 0 ends them at once.")
    var shutdownTimeout: Int = 30

    @Option(help: "Seconds after which a connection without a whole request head is closed.")
    var timeoutKeepAlive: Int = 75

    @Option(
        help:
            "Seconds that a client gets to send a request's body, and to read once the socket's buffers are full."
    )
    var timeoutTransfer: Int = 120

    @Option(help: "Role of answers.")
    var responseRole: String = "assistant"

    @Flag(
        inversion: .prefixedNo,
        help: "Runs the engine in a process of its own, which is started again should it die.")
    var engineProcess = true

    @Flag(inversion: .prefixedNo, help: "Lets a request bring a chat template of its own.")
    var trustRequestChatTemplate = false

    @Flag(inversion: .prefixedNo, help: "Keeps tools out of the prompt where tool_choice is none.")
    var excludeToolsWhenToolChoiceNone = false

    @Flag(inversion: .prefixedNo, help: "Writes tokens in log-probabilities as token_id:123.")
    var returnTokensAsTokenIds = false

    @Flag(inversion: .prefixedNo, help: "Adds X-Request-Id to every response.")
    var enableRequestIdHeaders = false

    @Flag(inversion: .prefixedNo, help: "Reports cached prompt tokens in the usage.")
    var enablePromptTokensDetails = false

    @Flag(inversion: .prefixedNo, help: "Ends every stream with its usage.")
    var enableForceIncludeUsage = false

    @Flag(inversion: .prefixedNo, help: "Logs a line a request.")
    var enableLogRequests = false

    @Flag(inversion: .prefixedNo, help: "Logs no line a request; the default.")
    var disableLogRequests = false

    @Flag(inversion: .prefixedNo, help: "Logs no statistics every ten seconds.")
    var disableLogStats = false

    @Flag(inversion: .prefixedNo, help: "Logs no line a response.")
    var disableUvicornAccessLog = false

    /// The configuration that the flags ask for.
    func configuration(_ environment: [String: String]) throws(UsageError) -> ServerConfiguration {
        guard (0...65535).contains(port) else { throw UsageError("--port should be in 0…65535, is \(port).") }
        guard (0...86_400).contains(shutdownTimeout) else {
            throw UsageError("--shutdown-timeout should be in 0…86400 seconds, is \(shutdownTimeout).")
        }
        guard (1...86_400).contains(timeoutKeepAlive), (1...86_400).contains(timeoutTransfer) else {
            throw UsageError("--timeout-keep-alive and --timeout-transfer should be in 1…86400 seconds.")
        }
        var configuration = ServerConfiguration()
        configuration.keepAliveTimeout = .seconds(timeoutKeepAlive)
        configuration.requestBodyTimeout = .seconds(timeoutTransfer)
        configuration.unreadTimeout = .seconds(timeoutTransfer)
        configuration.host = host
        configuration.port = port
        configuration.servedModelNames = servedModelName
        configuration.apiKeys = keys(environment)
        configuration.shutdownTimeout = .seconds(shutdownTimeout)
        configuration.responseRole = responseRole
        configuration.trustRequestChatTemplate = trustRequestChatTemplate
        configuration.excludeToolsWhenToolChoiceNone = excludeToolsWhenToolChoiceNone
        configuration.returnTokensAsTokenIDs = returnTokensAsTokenIds
        configuration.enableRequestIDHeaders = enableRequestIdHeaders
        configuration.enablePromptTokensDetails = enablePromptTokensDetails
        configuration.enableForceIncludeUsage = enableForceIncludeUsage
        configuration.enableLogRequests = enableLogRequests && !disableLogRequests
        configuration.enableStatisticsLog = !disableLogStats
        configuration.enableAccessLog = !disableUvicornAccessLog
        configuration.version = Version.number
        return configuration
    }

    private func keys(_ environment: [String: String]) -> [String] {
        if !apiKey.isEmpty { return apiKey }
        return environment["VLLM_API_KEY"].map { $0.isEmpty ? [] : [$0] } ?? []
    }
}
