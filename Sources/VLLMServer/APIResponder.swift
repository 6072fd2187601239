// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import VLLMJSON

/// Finds the route of a request, checks its key, and makes a response of whatever comes of it.
package struct APIResponder: HTTPResponder {
    package typealias Context = BasicRequestContext

    let context: ServerContext
    private let routes: [String: [(methods: [HTTPRequest.Method], takesWork: Bool, route: any Route)]]
    private let authenticator: Authenticator

    init(_ context: ServerContext) {
        self.context = context
        authenticator = Authenticator(keys: context.configuration.apiKeys)
        var routes: [String: [(methods: [HTTPRequest.Method], takesWork: Bool, route: any Route)]] = [:]
        for type in Routes.all {
            routes[type.path, default: []].append((type.methods, type.takesWork, type.init(context: context)))
        }
        self.routes = routes
    }

    /// Answers a request; never fails.
    package func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        await respond(to: request)
    }

    /// Answers a request; never fails.
    package func respond(to request: Request) async -> Response {
        let start = ContinuousClock.now
        var response = await answer(request)
        if context.configuration.enableRequestIDHeaders {
            response.headers[.xRequestID] = request.headers[.xRequestID] ?? RequestID.randomLong()
        }
        log(request, response, start)
        return response
    }

    private func answer(_ request: Request) async -> Response {
        let path = request.uri.path
        guard authenticator.allows(request, path: path) else {
            return .json(.unauthorized, ["error": "Unauthorized"])
        }
        guard let candidates = routes[path] else { return .json(.notFound, ["detail": "Not Found"]) }
        guard let entry = candidates.first(where: { $0.methods.contains(request.method) }) else {
            var response = Response.json(.methodNotAllowed, ["detail": "Method Not Allowed"])
            response.headers[.allow] = candidates.flatMap { $0.methods.map(\.rawValue) }.joined(
                separator: ", ")
            return response
        }
        if entry.takesWork, context.gate.isDraining {
            var response = Response.error(.draining)
            response.headers[.connection] = "close"
            return response
        }
        do {
            return try await entry.route.respond(APIRequest(request: request, context: context))
        } catch {
            let error = APIError(error)
            if error.status.kind == .serverError { context.logger.error("\(path): \(error.message)") }
            return .error(error)
        }
    }

    private func log(_ request: Request, _ response: Response, _ start: ContinuousClock.Instant) {
        let path = request.uri.path
        context.statistics.record(
            path: routes[path] == nil ? "none" : path, method: request.method.rawValue,
            status: response.status.code,
            duration: ContinuousClock.now - start)
        guard context.configuration.enableAccessLog else { return }
        context.logger.info("\"\(request.method.rawValue) \(path) HTTP/1.1\" \(response.status.code)")
    }
}

extension Response {
    /// A JSON response.
    static func json(_ value: JSONValue) -> Response { json(.ok, value) }

    /// A JSON response with another status.
    static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
        bytes(status, type: "application/json", JSONWriter().bytes(value))
    }

    /// An error in vLLM's shape.
    static func error(_ error: APIError) -> Response {
        var response = json(error.status, error.json)
        // A queue moves within a second, and an engine is started again in about as much.
        if error.status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }

    /// A response of given bytes.
    static func bytes(_ status: HTTPResponse.Status = .ok, type: String, _ bytes: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
