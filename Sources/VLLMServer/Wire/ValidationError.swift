// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import VLLMJSON

/// One thing that a request's JSON has wrong, in the words of the validation that vLLM's clients know.
struct ValidationError {
    /// A place in the body: a member or an element.
    enum Place {
        case key(String)
        case index(Int)

        var text: String {
            switch self {
            case .key(let key): key
            case .index(let index): String(index)
            }
        }

        var python: String {
            switch self {
            case .key(let key): PythonText.repr(.string(key))
            case .index(let index): String(index)
            }
        }
    }

    /// The rule's name.
    var type: String
    /// Where, from the body on.
    var place: [Place]
    /// What is asked for.
    var message: String
    /// What was found.
    var input: JSONValue
    /// More about it.
    var context: String?

    /// The error as the answer to a request.
    var apiError: APIError {
        var entry = "{'type': '\(type)', 'loc': (\(location)), 'msg': \(PythonText.repr(.string(message)))"
        entry += ", 'input': \(PythonText.short(input) ?? "...")"
        if let context { entry += ", 'ctx': {'error': \(PythonText.repr(.string(context)))}" }
        return APIError(
            .badRequest, type: "Bad Request", "1 validation error:\n  " + entry + "}",
            parameter: (["body"] + place.map(\.text)).joined(separator: "."))
    }

    /// Python's tuple of the place; one element keeps its comma.
    private var location: String {
        let parts = ["'body'"] + place.map(\.python)
        return parts.count == 1 ? parts[0] + "," : parts.joined(separator: ", ")
    }
}
