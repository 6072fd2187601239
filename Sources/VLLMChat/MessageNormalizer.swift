// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
import VLLMTypes

/// Turns messages in wire form into what templates are written for, as vLLM does.
///
/// Content becomes a string, or a list of parts where the template goes through parts; the arguments of tool calls
/// become objects; members that no template is promised are left out.
struct MessageNormalizer {
    /// What the template expects.
    let format: ContentFormat

    /// Part types that hold text, with the member that holds it.
    private static let textMembers = [
        "text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal",
        "thinking": "thinking",
    ]

    /// The messages as the template gets them.
    func normalize(_ messages: [JSONObject]) throws(RequestError) -> [JSONObject] {
        var result: [JSONObject] = []
        result.reserveCapacity(messages.count)
        for (index, message) in messages.enumerated() {
            result.append(try normalize(message, at: "messages.\(index)"))
        }
        return result
    }

    private func normalize(_ message: JSONObject, at place: String) throws(RequestError) -> JSONObject {
        guard let role = message["role"]?.stringValue else {
            throw RequestError("\(place).role", "A message must have a role, which is a string.")
        }
        let parts = try texts(message["content"] ?? .null, at: "\(place).content")
        var result: JSONObject = ["role": .string(role)]
        switch format {
        case .string: result["content"] = .string(parts.joined(separator: "\n"))
        case .openai: result["content"] = .array(parts.map { ["type": "text", "text": .string($0)] })
        }
        if role == "assistant" { try copyAssistantMembers(message, to: &result, at: place) }
        if role == "tool", let id = message["tool_call_id"], !id.isNull { result["tool_call_id"] = id }
        if let name = message["name"], name.stringValue != nil { result["name"] = name }
        return result
    }

    /// The texts of a content, which is null, a string, or a list of strings and typed parts.
    private func texts(_ content: JSONValue, at place: String) throws(RequestError) -> [String] {
        switch content {
        case .null: return []
        case .string(let text): return [text]
        case .array(let parts):
            var texts: [String] = []
            for (index, part) in parts.enumerated() {
                texts.append(try text(of: part, at: "\(place).\(index)"))
            }
            return texts
        default:
            throw RequestError(
                place, "The content of a message must be a string or a list, not a \(content.kindName).")
        }
    }

    private func text(of part: JSONValue, at place: String) throws(RequestError) -> String {
        if let text = part.stringValue { return text }
        guard let object = part.objectValue else {
            throw RequestError(place, "A content part must be an object, not a \(part.kindName).")
        }
        guard let type = object["type"]?.stringValue else {
            throw RequestError("\(place).type", "A content part must have a type, which is a string.")
        }
        guard let member = Self.textMembers[type] else {
            throw RequestError(
                "\(place).type",
                "Content parts of the type \(type) are not supported: this model takes text input only.")
        }
        guard let text = object[member]?.stringValue else {
            throw RequestError(
                "\(place).\(member)", "A content part of the type \(type) must have a string \(member).")
        }
        return text
    }

    private func copyAssistantMembers(
        _ message: JSONObject, to result: inout JSONObject, at place: String
    ) throws(RequestError) {
        if let calls = message["tool_calls"], !calls.isNull {
            guard let calls = calls.arrayValue else {
                throw RequestError("\(place).tool_calls", "tool_calls must be a list.")
            }
            var parsed: [JSONValue] = []
            for (index, call) in calls.enumerated() {
                parsed.append(try parseArguments(of: call, at: "\(place).tool_calls.\(index)"))
            }
            if !parsed.isEmpty { result["tool_calls"] = .array(parsed) }
        }
        if let reasoning = message["reasoning"] ?? message["reasoning_content"], reasoning.stringValue != nil
        {
            result["reasoning"] = reasoning
            result["reasoning_content"] = reasoning
        }
    }

    /// The arguments are a string on the wire; templates expect an object.
    private func parseArguments(of call: JSONValue, at place: String) throws(RequestError) -> JSONValue {
        guard var call = call.objectValue, var function = call["function"]?.objectValue else {
            throw RequestError(place, "A tool call must be an object with a function.")
        }
        switch function["arguments"] {
        case .object: break
        case .string(let text) where !text.isEmpty:
            do {
                function["arguments"] = try JSONParser.parse(text)
            } catch {
                throw RequestError(
                    "\(place).function.arguments",
                    error.kind == .syntax
                        ? "The arguments of a tool call must be JSON: \(error)."
                        : "The arguments of a tool call cannot be read: \(error).")
            }
        default: function["arguments"] = [:]
        }
        call["function"] = .object(function)
        return .object(call)
    }
}
