// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat
import VLLMJSON

/// What is asked of a model: to answer a conversation, or to continue a text.
enum Question: Sendable {
    case conversation([ChatMessage])
    case text(String)

    /// The path of a server's API that takes it.
    var path: String {
        switch self {
        case .conversation: "/chat/completions"
        case .text: "/completions"
        }
    }

    /// The field of a request that holds it.
    var field: (name: String, value: JSONValue) {
        switch self {
        case .conversation(let messages): ("messages", .array(messages.map { .object($0.wireForm) }))
        case .text(let text): ("prompt", .string(text))
        }
    }
}
