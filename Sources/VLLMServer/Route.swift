// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import VLLMEngine
import VLLMJSON

/// One path of the server.
protocol Route: Sendable {
    /// The path, without a query.
    static var path: String { get }
    /// The methods it answers.
    static var methods: [HTTPRequest.Method] { get }
    /// True where a server about to stop refuses it.
    static var takesWork: Bool { get }

    init(context: ServerContext)

    /// Answers a request; what it throws becomes an error response.
    func respond(_ request: APIRequest) async throws -> Response
}

extension Route {
    static var methods: [HTTPRequest.Method] { [.get] }
    static var takesWork: Bool { false }
}

/// Every path of the server: an endpoint is one file and one line here.
enum Routes {
    static let all: [any Route.Type] = [
        ModelsRoute.self,
        CompletionsRoute.self,
        ChatCompletionsRoute.self,
        TokenizeRoute.self,
        DetokenizeRoute.self,
        HealthRoute.self,
        PingRoute.self,
        VersionRoute.self,
        LoadRoute.self,
        MetricsRoute.self,
    ]

    /// Paths and methods, for the table of routes that the binary prints.
    static var table: [(path: String, methods: [String])] {
        all.map { ($0.path, $0.methods.map(\.rawValue)) }
    }
}

/// A request on its way to a route.
struct APIRequest: Sendable {
    /// Arrays, objects and members in a body: some hundred megabytes of memory.
    private static let maximumNodes = 500_000
    /// Bodies of more bytes leave the allocator with memory that is worth giving back.
    private static let trimmedSize = 1 << 20

    let request: Request
    let context: ServerContext

    /// The value of a header.
    func header(_ name: HTTPField.Name) -> String? { request.headers[name] }

    /// The base of the request's id: what the client says, or a draw.
    func idBase(_ fields: FieldReader) throws(APIError) -> String {
        if let id = header(.xRequestID), !id.isEmpty { return id }
        return try fields.string("request_id") ?? RequestID.random()
    }

    /// Reads the body, which must be a JSON object; large ones away from the threads that serve streams.
    func read<Value: Sendable>(
        _ make: @Sendable (FieldReader) throws(APIError) -> Value
    ) async throws -> Value {
        try checkContentType()
        let bytes = try await body()
        let executor = bytes.readableBytes > BackgroundExecutor.threshold ? context.background : nil
        return try await withTaskExecutorPreference(executor) {
            defer { if bytes.readableBytes > Self.trimmedSize { ProcessMemory.trim() } }
            return try make(fields(of: bytes))
        }
    }

    private func fields(of bytes: ByteBuffer) throws(APIError) -> FieldReader {
        let value = try parse(bytes)
        guard let object = value.objectValue else {
            throw ValidationError(
                type: "model_attributes_type", place: [],
                message: "Input should be a valid dictionary or object to extract fields from", input: value
            ).apiError
        }
        return FieldReader(object: object)
    }

    private func checkContentType() throws(APIError) {
        let type = header(.contentType)?.prefix { $0 != ";" } ?? ""
        let name = String(type.filter { $0 != " " }).lowercased()
        guard name == "application/json" else {
            throw APIError(
                .badRequest, type: "Bad Request",
                "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed")
        }
    }

    private func body() async throws -> ByteBuffer {
        let limit = context.configuration.maxRequestBodySize
        if let length = header(.contentLength).flatMap({ Int($0) }), length > limit { throw tooLarge(limit) }
        do {
            return try await collect(limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge(limit)
        } catch let error as APIError {
            throw error
        } catch {
            // The client went away, or what it sends is no HTTP.
            try Task.checkCancellation()
            throw APIError(.badRequest, type: "Bad Request", "The request's body cannot be read: \(error)")
        }
    }

    private func collect(_ limit: Int) async throws -> ByteBuffer {
        // Who is slow to send keeps nobody from stopping.
        context.gate.leave()
        defer { context.gate.enter() }
        let bytes = try await request.body.collect(upTo: limit)
        if context.gate.isDraining { throw APIError.draining }
        return bytes
    }

    private func tooLarge(_ limit: Int) -> APIError {
        APIError(
            .contentTooLarge, type: "Request Entity Too Large",
            "The request's body is larger than the \(limit) bytes that this server takes.")
    }

    private func parse(_ bytes: ByteBuffer) throws(APIError) -> JSONValue {
        guard bytes.readableBytes > 0 else {
            throw ValidationError(type: "missing", place: [], message: "Field required", input: .null)
                .apiError
        }
        do {
            // A byte order mark says what is known.
            let start = bytes.readableBytesView.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            let span = bytes.readableBytesSpan
            return try JSONParser.parse(
                span.extracting(start..<span.byteCount),
                limits: JSONLimits(maximumNodes: Self.maximumNodes, allowsNonFiniteNumbers: true))
        } catch {
            throw ValidationError(
                type: "json_invalid", place: [.index(error.offset)], message: "JSON decode error", input: [:],
                context: "\(error)"
            ).apiError
        }
    }
}

extension HTTPField.Name {
    /// The id of a request, given by the client or told to it.
    static let xRequestID = wellFormed("x-request-id")

    private static func wellFormed(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no header's name") }
        return field
    }
}
