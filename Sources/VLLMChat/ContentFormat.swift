// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
import VLLMTemplates

/// What a template expects as the content of a message, by vLLM's names.
public enum ContentFormat: String, Sendable, CaseIterable {
    /// A string.
    case string
    /// A list of typed parts.
    case openai
}

extension ContentFormat {
    /// A text no template contains.
    private static let probe = "q7f3zk probe text"

    /// Finds out by a trial what a template expects.
    ///
    /// A template that goes through the parts of a message gives their text alone; one that expects a string fails,
    /// or prints the list with its keys.
    static func detect(in template: Template, specialTokens: JSONObject) -> ContentFormat {
        let part: JSONValue = ["type": "text", "text": .string(probe)]
        var context = specialTokens
        context["messages"] = [["role": "user", "content": [part]]]
        context["add_generation_prompt"] = false
        guard let text = try? template.render(context), text.utf8.count < 1 << 20 else { return .string }
        guard let place = text.range(of: probe) else { return .string }
        let before = text[..<place.lowerBound].suffix(3)
        return before.contains("'") || before.contains("\"") ? .string : .openai
    }
}

extension String {
    /// Where another string first stands in this one, compared by code points.
    func range(of other: String) -> Range<String.Index>? {
        let needle = Array(other.unicodeScalars)
        var start = unicodeScalars.startIndex
        while start < unicodeScalars.endIndex {
            if let end = match(needle, at: start) { return start..<end }
            start = unicodeScalars.index(after: start)
        }
        return nil
    }

    /// Where another string last stands in this one, compared by code points.
    func lastRange(of other: String) -> Range<String.Index>? {
        let needle = Array(other.unicodeScalars)
        guard !needle.isEmpty else { return endIndex..<endIndex }
        var start = unicodeScalars.endIndex
        while start > unicodeScalars.startIndex {
            start = unicodeScalars.index(before: start)
            if let end = match(needle, at: start) { return start..<end }
        }
        return nil
    }

    private func match(_ needle: [Unicode.Scalar], at start: String.Index) -> String.Index? {
        var position = start
        for scalar in needle {
            guard position < unicodeScalars.endIndex, unicodeScalars[position] == scalar else { return nil }
            position = unicodeScalars.index(after: position)
        }
        return position
    }
}
