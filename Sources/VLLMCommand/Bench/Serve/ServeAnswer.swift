// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Reads the answer to one streaming request from bytes in pieces of any size, and keeps when tokens came.
package struct ServeAnswer: Sendable {
    /// The longest answer that is read, and the longest part of an error that is kept, in bytes.
    private static let sizeLimit = 256 << 20
    private static let errorLimit = 64 << 10

    private var response = ResponseParser()
    private var events = EventStreamParser()
    private var record = RequestRecord()
    private var errorBody: [UInt8] = []
    private var size = 0
    private var chunks = 0
    private var usageTokens: Int?
    private var lastToken = 0.0
    private var isDone = false
    private let keepsText: Bool

    /// Starts to read.
    ///
    /// - Parameters:
    ///   - promptTokens: the prompt's length, until the server says another.
    ///   - start: when the request was sent, in seconds from the start of the run.
    package init(promptTokens: Int, start: Double, keepsText: Bool = false) {
        record.promptTokens = promptTokens
        record.startTime = start
        lastToken = start
        self.keepsText = keepsText
    }

    /// True where nothing more is to be read.
    package var isComplete: Bool { response.isComplete || record.error != nil }

    /// Takes bytes in that came at a time.
    package mutating func consume(_ bytes: some Collection<UInt8>, at now: Double) {
        guard !isComplete else { return }
        size += bytes.count
        guard size <= Self.sizeLimit else { return fail("the answer is too long") }
        do {
            let body = try response.consume(bytes)
            guard response.status == 200 || response.status == 0 else {
                errorBody += body.prefix(Self.errorLimit - errorBody.count)
                return
            }
            for event in events.consume(body) where record.error == nil { take(event, at: now) }
        } catch {
            fail(error.message)
        }
    }

    /// Says that the request failed; the first reason stays.
    package mutating func fail(_ reason: String) {
        record.error = record.error ?? reason
    }

    /// Says that the server closed the connection.
    package mutating func close() {
        guard !isComplete else { return }
        do { try response.close() } catch { fail(error.message) }
    }

    /// The record of the answer, once it is complete.
    package func finished() -> RequestRecord {
        var record = record
        record.outputTokens = usageTokens ?? chunks
        record.latency = lastToken - record.startTime
        guard record.error == nil else { return record }
        if response.status != 200 {
            record.error = "HTTP \(response.status): \(Self.reason(errorBody))"
        } else if !isDone {
            record.error = "the stream ended without [DONE]"
        } else if chunks == 0 {
            record.error = "the stream held no token"
        }
        return record
    }

    private mutating func take(_ event: String, at now: Double) {
        guard event != "[DONE]" else {
            isDone = true
            return
        }
        guard let value = try? JSONParser.parse(event) else { return fail("an event is not JSON") }
        if let error = value["error"], !error.isNull {
            return fail("error in the stream: \(Self.reason(Array(event.utf8)))")
        }
        if let usage = value["usage"]?.objectValue {
            if let count = usage["prompt_tokens"]?.intValue { record.promptTokens = Self.clamped(count) }
            if let count = usage["completion_tokens"]?.intValue { usageTokens = Self.clamped(count) }
        }
        if let choice = value["choices"]?[0] { take(choice, at: now) }
    }

    private mutating func take(_ choice: JSONValue, at now: Double) {
        let delta = choice["delta"]
        let text = delta?["content"]?.stringValue ?? choice["text"]?.stringValue ?? ""
        if text.isEmpty, let delta, Self.isOpening(delta) { return }
        if chunks == 0 {
            record.timeToFirstToken = now - record.startTime
        } else {
            record.interTokenLatencies.append(now - lastToken)
        }
        chunks += 1
        lastToken = now
        if keepsText { record.text += text }
    }

    /// True for the chunk that only names the role, which some servers send before there is a token.
    private static func isOpening(_ delta: JSONValue) -> Bool {
        guard delta["role"]?.stringValue != nil else { return false }
        return !["reasoning", "reasoning_content", "tool_calls"].contains { name in
            delta[name].map { !$0.isNull && $0.stringValue != "" } ?? false
        }
    }

    /// A count that cannot overflow a sum of a million others.
    private static func clamped(_ count: Int) -> Int { min(max(count, 0), 1 << 40) }

    private static func reason(_ body: [UInt8]) -> String {
        let value = try? JSONParser.parse(body)
        let message =
            value?["error"]?["message"]?.stringValue ?? value?["error"]?.stringValue
            ?? value?["message"]?.stringValue ?? value?["detail"]?.stringValue
        let text = (message ?? String(decoding: body, as: UTF8.self)).prefix(300)
        return text.isEmpty ? "no reason was given" : String(text)
    }
}
