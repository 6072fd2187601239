// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
import VLLMTokenizers
import VLLMTypes

/// Writes tokens and their log-probabilities in the shapes of both APIs.
struct TokenText {
    /// What a log-probability of minus infinity is written as.
    static let floor = -9999.0

    let tokenizer: Tokenizer?
    /// Writes `token_id:123` instead of text, as without a tokenizer for alternatives.
    let asTokenIDs: Bool

    /// The text of a token alone.
    func text(_ token: Int32) -> String {
        if asTokenIDs { return "token_id:\(token)" }
        return tokenizer?.decode([token], skipSpecialTokens: false) ?? ""
    }

    /// The bytes of a token, which need not be UTF-8.
    func bytes(_ token: Int32) -> JSONValue {
        if let bytes = tokenizer?.tokenBytes(for: token) { return Self.json(bytes) }
        return Self.json(text(token).utf8)
    }

    private static func json(_ bytes: some Sequence<UInt8>) -> JSONValue {
        .array(bytes.map { .integer(Int($0)) })
    }

    private static func json(_ logprob: Float) -> JSONValue { .number(max(Double(logprob), floor)) }

    /// The chosen token and then the likeliest ones, each once.
    private func ranked(_ position: PositionLogprobs) -> [TokenLogprob] {
        [position.chosen] + position.top.filter { $0.tokenID != position.chosen.tokenID }
    }

    // MARK: Chat

    /// `choices[].logprobs` of chat.
    ///
    /// - Parameter count: alternatives a position; −1 is all there are.
    func chat(_ positions: [PositionLogprobs], count: Int) -> JSONValue {
        let content = positions.map { position -> JSONValue in
            let alternatives = ranked(position).prefix(count < 0 ? .max : count)
            var entry = chatEntry(position.chosen)
            entry["top_logprobs"] = .array(alternatives.map { .object(chatEntry($0)) })
            return .object(entry)
        }
        return ["content": .array(content)]
    }

    private func chatEntry(_ logprob: TokenLogprob) -> JSONObject {
        [
            "token": .string(text(logprob.tokenID)), "logprob": Self.json(logprob.logprob),
            "bytes": bytes(logprob.tokenID),
        ]
    }

    // MARK: Completions

    /// `choices[].logprobs` of completions.
    ///
    /// - Parameters:
    ///   - positions: one a token; nil where nothing is known, as of a prompt's first token.
    ///   - offset: code points of text before the first token; advanced past the last.
    func completion(
        _ tokens: [Int32], _ positions: [PositionLogprobs?], count: Int, offset: inout Int
    ) -> JSONValue {
        var offsets: [JSONValue] = []
        var texts: [JSONValue] = []
        var logprobs: [JSONValue] = []
        var top: [JSONValue] = []
        for (token, position) in zip(tokens, positions) {
            let text = text(token)
            offsets.append(.integer(offset))
            offset += text.unicodeScalars.count
            texts.append(.string(text))
            logprobs.append(position.map { Self.json($0.chosen.logprob) } ?? .null)
            top.append(position.map { .object(alternatives($0, count: count)) } ?? .null)
        }
        return [
            "text_offset": .array(offsets), "token_logprobs": .array(logprobs), "tokens": .array(texts),
            "top_logprobs": .array(top),
        ]
    }

    private func alternatives(_ position: PositionLogprobs, count: Int) -> JSONObject {
        let entries = ranked(position).prefix(count < 0 ? .max : count + 1)
        return JSONObject(
            entries.map { entry in
                (
                    tokenizer == nil ? "token_id:\(entry.tokenID)" : text(entry.tokenID),
                    Self.json(entry.logprob)
                )
            })
    }

    // MARK: Prompts

    /// `prompt_logprobs` of both: an object by token id a position, null for the first.
    func prompt(_ positions: [PositionLogprobs?]) -> JSONValue {
        .array(
            positions.map { position in
                guard let position else { return .null }
                return .object(
                    JSONObject(ranked(position).map { ("\($0.tokenID)", promptEntry($0)) }))
            })
    }

    private func promptEntry(_ logprob: TokenLogprob) -> JSONValue {
        [
            "logprob": Self.json(logprob.logprob), "rank": .integer(logprob.rank),
            "decoded_token": .string(text(logprob.tokenID)),
        ]
    }
}
