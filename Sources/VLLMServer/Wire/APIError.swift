// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import VLLMJSON
import VLLMTypes

/// What a request is answered with instead of a result, in vLLM's shape.
struct APIError: Error {
    /// The status of the response, also the error's code.
    var status: HTTPResponse.Status
    /// The kind of error by vLLM's words.
    var type: String
    /// What is wrong.
    var message: String
    /// The offending parameter.
    var parameter: String?
    /// The offending value as Python writes it, where it is short.
    var value: String?

    init(
        _ status: HTTPResponse.Status, type: String, _ message: String, parameter: String? = nil,
        value: String? = nil
    ) {
        self.status = status
        self.type = type
        self.message = message
        self.parameter = parameter
        self.value = value
    }

    /// The request cannot be served as it is.
    static func badRequest(_ message: String, parameter: String? = nil, value: String? = nil) -> APIError {
        APIError(.badRequest, type: "BadRequestError", message, parameter: parameter, value: value)
    }

    /// The server takes no requests now.
    static func unavailable(_ message: String, parameter: String? = nil) -> APIError {
        APIError(.serviceUnavailable, type: "Service Unavailable", message, parameter: parameter)
    }

    /// The server is about to stop.
    static let draining = unavailable("The server is shutting down and takes no new requests.")

    /// The one place that turns the engine's errors into HTTP.
    ///
    /// - Parameter body: the request, for the value of the offending parameter.
    init(_ error: any Error, body: JSONObject? = nil) {
        if let error = error as? APIError {
            self = error
        } else if let error = error as? RequestError {
            self.init(error, body: body)
        } else if error is CancellationError {
            // Nobody reads it; the log and the statistics do, as nginx writes it.
            let status = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
            self.init(status, type: "Client Closed Request", "The client closed the connection.")
        } else {
            self.init(.internalServerError, type: "InternalServerError", "\(error)")
        }
    }

    private init(_ error: RequestError, body: JSONObject?) {
        let message = error.message
        switch error.kind {
        case .invalid:
            let value = error.parameter.flatMap { body?[$0] }.flatMap(PythonText.short)
            self = .badRequest(message, parameter: error.parameter, value: value)
        case .notFound:
            self.init(.notFound, type: "NotFoundError", message, parameter: error.parameter)
        case .unavailable:
            self = .unavailable(message, parameter: error.parameter)
        case .engineFailure:
            self.init(.internalServerError, type: "InternalServerError", message, parameter: error.parameter)
        }
    }

    /// The error as it goes over the wire.
    var json: JSONValue {
        var text = message
        if let parameter, let value { text += " (parameter=\(parameter), value=\(value))" }
        return [
            "error": [
                "message": .string(text), "type": .string(type),
                "param": parameter.map { .string($0) } ?? .null, "code": .integer(status.code),
            ]
        ]
    }
}
