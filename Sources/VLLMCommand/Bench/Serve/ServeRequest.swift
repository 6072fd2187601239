// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a request asks a model to continue.
package enum ServePrompt: Sendable, Hashable {
    case text(String)
    case tokens([Int32])
}

/// One request of a workload.
package struct ServeRequest: Sendable, Hashable {
    /// The prompt.
    package let prompt: ServePrompt
    /// The prompt's length, exact or estimated; the server's own count replaces it.
    package let promptTokens: Int
    /// How many tokens may be generated.
    package let outputTokens: Int

    /// The most tokens that a request may have, prompt or output.
    package static let tokenLimit = 16 << 20

    /// Creates a request.
    package init(prompt: ServePrompt, promptTokens: Int, outputTokens: Int) {
        self.prompt = prompt
        self.promptTokens = promptTokens
        self.outputTokens = outputTokens
    }
}

/// How many requests a workload has, and in what order.
package struct WorkloadSize: Sendable, Hashable {
    /// Requests that are wanted.
    package var count: Int
    /// Whether a data set's requests come in a random order.
    package var isShuffled = true
    /// Whether requests of a data set that is too small come again.
    package var repeats = true

    /// Creates a size.
    package init(count: Int, isShuffled: Bool = true, repeats: Bool = true) {
        self.count = count
        self.isShuffled = isShuffled
        self.repeats = repeats
    }

    /// The requests with more of them, chosen at random, where there are too few.
    package func filled(_ requests: [ServeRequest], using generator: inout SeededGenerator) -> [ServeRequest]
    {
        guard repeats, !requests.isEmpty, requests.count < count else { return requests }
        var result = requests
        for _ in requests.count..<count {
            result.append(requests[Int.random(in: 0..<requests.count, using: &generator)])
        }
        return result
    }
}
