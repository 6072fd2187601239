// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
import VLLMTypes

/// Reads the parts of a request that are for plug-ins, in vLLM's spelling.
struct PlugInFields {
    let fields: FieldReader
    /// Each is code that runs for every token.
    private static let maxLogitsProcessors = 16

    /// `logits_processors`: names, or objects with `qualname` and `kwargs`.
    func logitsProcessors() throws(APIError) -> [PlugInCall] {
        let values = try fields.array("logits_processors") ?? []
        guard values.count <= Self.maxLogitsProcessors else {
            throw .badRequest(
                "logits_processors has \(values.count) elements; at most \(Self.maxLogitsProcessors) are allowed.",
                parameter: "logits_processors")
        }
        var calls: [PlugInCall] = []
        for value in values { calls.append(try call(value, "logits_processors")) }
        return calls
    }

    /// `sampler`: a name, or an object like those of `logits_processors`.
    func sampler() throws(APIError) -> PlugInCall? {
        guard let value = fields["sampler"] else { return nil }
        return try call(value, "sampler")
    }

    private func call(_ value: JSONValue, _ name: String) throws(APIError) -> PlugInCall {
        if let plugIn = value.stringValue { return PlugInCall(plugIn) }
        guard let plugIn = value["qualname"]?.stringValue else {
            throw .badRequest(
                "\(name) should name plug-ins, each by a string or an object with 'qualname' and 'kwargs'.",
                parameter: name)
        }
        guard value["args"].map({ $0.isNull || $0 == [] }) ?? true else {
            throw .badRequest("\(name) takes arguments by name alone, in 'kwargs'.", parameter: name)
        }
        let arguments = value["kwargs"] ?? .null
        guard arguments.isNull || arguments.objectValue != nil else {
            throw .badRequest("'kwargs' of \(name) should be an object.", parameter: name)
        }
        try FieldReader.checkFinite(arguments, "\(name).kwargs", parameter: name)
        return PlugInCall(plugIn, arguments.objectValue ?? JSONObject())
    }
}
