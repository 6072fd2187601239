// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat
import VLLMJSON

/// Conversations on which templates are timed.
enum BenchConversation {
    /// A system message and turns, the last of the user where the number of messages is even.
    ///
    /// With tools every fourth turn of the assistant is a call, which the next message answers.
    static func make(numMessages: Int, messageLen: Int, numTools: Int) -> ChatConversation {
        let words = "The quick brown fox, called \"Füchslein\", jumps over <lazy> dogs & 13 others.\n"
        let text = String(
            String(repeating: words, count: messageLen / words.count + 1).prefix(messageLen))
        var messages: [JSONObject] = [["role": "system", "content": .string(text)]]
        while messages.count < numMessages {
            let place = messages.count
            if place % 2 == 1 {
                messages.append(["role": "user", "content": .string(text)])
            } else if numTools > 0, place % 8 == 4, place + 2 < numMessages {
                let id = "call\(String(100_000 + place).suffix(5))"
                messages.append([
                    "role": "assistant", "content": "", "tool_calls": [call(id, text)],
                ])
                messages.append([
                    "role": "tool", "name": "tool_0", "tool_call_id": .string(id), "content": .string(text),
                ])
                messages.append(["role": "assistant", "content": .string(text)])
            } else {
                messages.append(["role": "assistant", "content": .string(text)])
            }
        }
        return ChatConversation(
            messages: messages, tools: numTools == 0 ? nil : (0..<numTools).map { tool($0) })
    }

    private static func call(_ id: String, _ text: String) -> JSONValue {
        [
            "id": .string(id), "type": "function",
            "function": [
                "name": "tool_0", "arguments": ["query": .string(text), "limit": 10, "share": 0.5],
            ],
        ]
    }

    private static func tool(_ number: Int) -> JSONValue {
        [
            "type": "function",
            "function": [
                "name": .string("tool_\(number)"),
                "description": "Looks something up, and says what it found.",
                "parameters": [
                    "type": "object",
                    "properties": [
                        "query": ["type": "string", "description": "What is looked for"],
                        "limit": ["type": "integer", "description": "How many are wanted", "default": 10],
                        "share": ["type": "number", "description": "How sure it has to be"],
                    ],
                    "required": ["query"],
                ],
            ],
        ]
    }
}
