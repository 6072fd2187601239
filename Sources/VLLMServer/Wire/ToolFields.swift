// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Reads the tools of a chat.
struct ToolFields {
    /// The tools as templates get them; nil where there are none.
    let tools: [JSONValue]?
    private let fields: FieldReader

    init(_ fields: FieldReader) throws(APIError) {
        self.fields = fields
        guard let elements = try fields.array("tools") else {
            tools = nil
            return
        }
        guard !elements.isEmpty else {
            throw .badRequest(
                "`tools` must not be an empty array. Leave it out where there are none.", parameter: "tools")
        }
        var tools: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            tools.append(try Self.tool(element, at: index))
        }
        self.tools = tools
    }

    /// Throws where the tools ask for calls to be found in the answer, which nothing does yet.
    func checkChoice() throws(APIError) {
        let choice = fields["tool_choice"]
        guard tools != nil else {
            guard choice == nil || choice?.stringValue == "none" || choice?.stringValue == "auto" else {
                throw .badRequest("When using `tool_choice`, `tools` must be set.", parameter: "tool_choice")
            }
            return
        }
        switch choice {
        case nil, .string("auto"):
            throw .badRequest(
                "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set",
                parameter: "tool_choice")
        case .string("none"): return
        case .string("required"), .object:
            throw .badRequest(
                "A required or named tool_choice needs structured outputs, which are not supported yet.",
                parameter: "tool_choice")
        default:
            throw .badRequest(
                "tool_choice must be \"none\", \"auto\", \"required\" or a named tool.",
                parameter: "tool_choice")
        }
    }

    /// A tool with its members in the order that templates expect, absent ones as null.
    private static func tool(_ value: JSONValue, at index: Int) throws(APIError) -> JSONValue {
        let place: [ValidationError.Place] = [.key("tools"), .index(index)]
        guard let tool = value.objectValue, let function = tool["function"]?.objectValue else {
            throw ValidationError(
                type: "missing", place: place + [.key("function")], message: "Field required", input: value
            ).apiError
        }
        let reader = FieldReader(object: function, place: place + [.key("function")])
        guard let name = try reader.string("name") else { throw reader.missing("name") }
        var ordered: JSONObject = [
            "name": .string(name), "description": function["description"] ?? .null,
            "parameters": function["parameters"] ?? .null,
        ]
        for (key, value) in function { ordered[key] = value }
        return ["type": tool["type"] ?? "function", "function": .object(ordered)]
    }
}
