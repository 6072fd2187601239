// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// Says which tokens a scripted engine generates.
package struct MockScript: Sendable {
    /// The token of a request's sequence at an output position, from 0.
    let token: @Sendable (EngineRequest, Int) -> Int32

    /// Creates a script.
    package init(token: @escaping @Sendable (EngineRequest, Int) -> Int32) { self.token = token }

    /// A text, byte by byte, and then the end-of-sequence token.
    package static func text(_ text: String) -> MockScript {
        let bytes = text.utf8.map(Int32.init)
        return MockScript { _, position in position < bytes.count ? bytes[position] : MockTokenizer.end }
    }

    /// Given tokens, and then the end-of-sequence token.
    package static func tokens(_ tokens: [Int32]) -> MockScript {
        MockScript { _, position in position < tokens.count ? tokens[position] : MockTokenizer.end }
    }

    /// The prompt again, and then the end-of-sequence token.
    package static let echo = MockScript { request, position in
        let prompt = request.promptTokenIDs
        return position < prompt.count ? prompt[position] : MockTokenizer.end
    }

    /// The alphabet over and over; a request's sequences start at different letters.
    package static let endless = MockScript { request, position in
        Int32(UInt8(ascii: "a")) + Int32((position + request.sequenceIndex) % 26)
    }
}
