// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Requests from files in the forms that vLLM's data sets `sharegpt` and `custom` have.
package struct FileWorkload {
    /// The file's name, for errors.
    private let name: String
    private let counter: TokenCounter
    private let size: WorkloadSize

    /// Most bytes, and most arrays, objects and members, of a file.
    private static let limits = JSONLimits(maximumSizeInBytes: (1 << 31) - 1, maximumNodes: 50_000_000)

    /// Reads files of that name.
    package init(name: String, counter: TokenCounter, size: WorkloadSize) {
        self.name = name
        self.counter = counter
        self.size = size
    }

    /// Takes the first question of conversations, and the length of its answer.
    ///
    /// As in vLLM, questions and answers of fewer than 4 tokens, questions above 1024, and both together
    /// above 2048 are left out.
    ///
    /// - Parameter outputLength: replaces the answers' lengths.
    package func conversations(
        in bytes: [UInt8], outputLength: Int?, using generator: inout SeededGenerator
    ) throws -> [ServeRequest] {
        guard let entries = try parse(bytes, line: nil).arrayValue else {
            throw UsageError("--dataset-path: '\(name)' should hold a JSON list of conversations.")
        }
        var result: [ServeRequest] = []
        for index in order(entries.count, using: &generator) where result.count < size.count {
            guard let turns = entries[index]["conversations"]?.arrayValue, turns.count >= 2,
                let question = turns[0]["value"]?.stringValue, let answer = turns[1]["value"]?.stringValue
            else { continue }
            let length = try counter.count(question)
            let output = try outputLength ?? counter.count(answer)
            guard length >= 4, outputLength != nil || output >= 4, length <= 1024, length + output <= 2048
            else { continue }
            result.append(
                ServeRequest(prompt: .text(question), promptTokens: length, outputTokens: output))
        }
        guard !result.isEmpty else {
            throw UsageError(
                "--dataset-path: '\(name)' holds no conversation of 4 to 1024 tokens.")
        }
        return size.filled(result, using: &generator)
    }

    /// Takes a prompt from each line: an object with `prompt`, a text or a list of token ids, and perhaps
    /// with `output_tokens`.
    ///
    /// - Parameter outputLength: replaces the lines' own; -1 insists on them, nil takes 256 for none.
    package func lines(
        in bytes: [UInt8], outputLength: Int?, using generator: inout SeededGenerator
    ) throws -> [ServeRequest] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var places: [(number: Int, bytes: [UInt8])] = []
        for (index, line) in lines.enumerated()
        where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 9 }) {
            places.append((index + 1, Array(line)))
        }
        var result: [ServeRequest] = []
        for index in order(places.count, using: &generator) where result.count < size.count {
            let place = places[index]
            result.append(try request(parse(place.bytes, line: place.number), place.number, outputLength))
        }
        guard !result.isEmpty else { throw UsageError("--dataset-path: '\(name)' is empty.") }
        return size.filled(result, using: &generator)
    }

    private func order(_ count: Int, using generator: inout SeededGenerator) -> [Int] {
        size.isShuffled ? Array(0..<count).shuffled(using: &generator) : Array(0..<count)
    }

    private func request(_ value: JSONValue, _ line: Int, _ outputLength: Int?) throws -> ServeRequest {
        guard let (prompt, length) = try prompt(value["prompt"]) else {
            throw UsageError(
                "--dataset-path: '\(name)', line \(line): 'prompt' should be a text or a list of token ids.")
        }
        let own = value["output_tokens"]?.intValue
        let output = outputLength == -1 ? own : outputLength ?? own ?? 256
        guard let output, (1...ServeRequest.tokenLimit).contains(output) else {
            throw UsageError(
                "--dataset-path: '\(name)', line \(line): 'output_tokens' should be a number above 0."
            )
        }
        return ServeRequest(prompt: prompt, promptTokens: length, outputTokens: output)
    }

    private func prompt(_ value: JSONValue?) throws -> (ServePrompt, Int)? {
        if let text = value?.stringValue { return (.text(text), try counter.count(text)) }
        guard let elements = value?.arrayValue, !elements.isEmpty else { return nil }
        let ids = elements.compactMap { $0.intValue.flatMap { Int32(exactly: $0) } }
        guard ids.count == elements.count, ids.allSatisfy({ $0 >= 0 }) else { return nil }
        return (.tokens(ids), ids.count)
    }

    private func parse(_ bytes: [UInt8], line: Int?) throws(UsageError) -> JSONValue {
        do {
            return try JSONParser.parse(bytes, limits: Self.limits)
        } catch {
            let place = line.map { ", line \($0)" } ?? ""
            throw UsageError("--dataset-path: '\(name)'\(place) \(error.verdict).")
        }
    }
}
