// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How the HTTP server is set up, by the names of vLLM's flags.
public struct ServerConfiguration: Sendable {
    /// The address to listen on; nil is all IPv4 addresses.
    public var host: String?
    /// The port to listen on; 0 lets the system choose.
    public var port: Int = 8000
    /// What clients may call the model; the first is what answers say. Empty means the engine's name.
    public var servedModelNames: [String] = []
    /// Keys of which clients must bring one; empty asks for none.
    public var apiKeys: [String] = []
    /// Lets a request bring a chat template of its own.
    public var trustRequestChatTemplate = false
    /// The role of answers.
    public var responseRole = "assistant"
    /// What running requests get to finish after the signal to stop; zero aborts them at once.
    public var shutdownTimeout: Duration = .seconds(30)
    /// Adds `X-Request-Id` to every response.
    public var enableRequestIDHeaders = false
    /// Reports in `usage` how many prompt tokens came from the prefix cache.
    public var enablePromptTokensDetails = false
    /// Ends every stream with a chunk that holds the usage, asked for or not.
    public var enableForceIncludeUsage = false
    /// Writes tokens in log-probabilities as `token_id:123`.
    public var returnTokensAsTokenIDs = false
    /// Keeps tools out of the prompt where `tool_choice` is `none`.
    public var excludeToolsWhenToolChoiceNone = false
    /// Logs a line a request that enters the engine.
    public var enableLogRequests = false
    /// Logs a line a response.
    public var enableAccessLog = true
    /// Logs the engine's statistics while it is busy.
    public var enableStatisticsLog = true
    /// Bytes of a request's body, at most.
    public var maxRequestBodySize = 32 << 20
    /// Prompts of one completion request, at most.
    public var maxCompletionPrompts = 1024
    /// Stop strings of one request, at most.
    public var maxStopStrings = 4
    /// Connections that have not sent the whole head of a request are closed after this.
    public var keepAliveTimeout: Duration = .seconds(75)
    /// What a client gets to send the body of a request.
    public var requestBodyTimeout: Duration = .seconds(120)
    /// What a client gets to take what is written to it once the socket's buffers are full.
    public var unreadTimeout: Duration = .seconds(120)
    /// What `/version` says.
    public var version = "0.1.0"

    /// Creates a configuration with vLLM's defaults, but for the time to drain.
    public init() {}
}
