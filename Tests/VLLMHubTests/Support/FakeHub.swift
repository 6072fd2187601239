// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Synchronization

/// A hub with one repository, `org/model`, at 127.0.0.1, and the host of its large files' bytes at 127.0.0.2.
final class FakeHub: Sendable {
    /// Who is asked.
    enum Place: Sendable { case hub, store }

    /// Answers in place of the hub, or nil.
    typealias Script = @Sendable (Place, ScriptedServer.Request) -> ScriptedServer.Reply?

    /// The only commit.
    static let commit = "0123456789abcdef0123456789abcdef01234567"

    /// The hub.
    let server: ScriptedServer
    /// The host of the bytes of large files.
    let store: ScriptedServer
    /// The files.
    let files: [String: [UInt8]]

    /// Starts both hosts.
    ///
    /// - Parameters:
    ///   - large: files whose bytes are at the other host.
    ///   - listing: the API's answer in place of the right one.
    init(
        _ files: [String: [UInt8]], large: Set<String>, listing: String? = nil, script: @escaping Script
    ) async throws {
        self.files = files
        let store = try await ScriptedServer(host: "127.0.0.2") { request in
            if let reply = script(.store, request) { return reply }
            let name = request.target.split(separator: "?")[0].dropFirst()
            guard let bytes = files.first(where: { Self.sha256($0.value) == name })?.value else {
                return .init(status: 404)
            }
            return Self.content(bytes, request, tag: "\"of-the-store-\(name.prefix(8))\"")
        }
        self.store = store
        server = try await ScriptedServer(host: "127.0.0.1") { request in
            if let reply = script(.hub, request) { return reply }
            return Self.answer(request, files, large, listing, store: store.address)
        }
    }

    /// Stops both hosts.
    func stop() async {
        await server.stop()
        await store.stop()
    }

    /// The requests for a file, at the host of its bytes.
    func requests(for path: String) -> [ScriptedServer.Request] {
        let name = files[path].map(Self.sha256) ?? ""
        return server.requests.filter { $0.target.hasSuffix("/\(path)") && $0.method == "GET" }.filter { _ in
            !store.requests.contains { $0.target.contains(name) }
        } + store.requests.filter { $0.target.contains(name) }
    }

    /// The name of a content: git's hash, or SHA-256.
    func blobName(_ path: String, large: Bool) -> String {
        let bytes = files[path] ?? []
        return large ? Self.sha256(bytes) : Self.gitSHA1(bytes)
    }

    /// A file's bytes, those from an offset on where the request has a range that may be served.
    static func content(
        _ bytes: [UInt8], _ request: ScriptedServer.Request, tag: String, _ more: [(String, String)] = []
    ) -> ScriptedServer.Reply {
        let headers = more + [("ETag", tag)]
        let offset = request.offset
        guard offset > 0, request["If-Range"] ?? tag == tag else {
            return .init(headers: headers, body: bytes)
        }
        guard offset < bytes.count else {
            return .init(status: 416, headers: headers + [("Content-Range", "bytes */\(bytes.count)")])
        }
        let range = "bytes \(offset)-\(bytes.count - 1)/\(bytes.count)"
        return .init(
            status: 206, headers: headers + [("Content-Range", range)], body: Array(bytes[offset...]))
    }

    /// The API's answer.
    static func listing(_ files: [String: [UInt8]], large: Set<String>) -> String {
        let siblings = files.sorted { $0.key < $1.key }.map { name, bytes in
            let pointer = #""lfs":{"sha256":"\#(sha256(bytes))","size":\#(bytes.count),"pointerSize":134}"#
            return #"{"rfilename":"\#(name)","size":\#(bytes.count),"blobId":"\#(gitSHA1(bytes))""#
                + (large.contains(name) ? ",\(pointer)}" : "}")
        }
        return #"{"id":"org/model","sha":"\#(commit)","siblings":[\#(siblings.joined(separator: ","))]}"#
    }

    static func sha256(_ bytes: [UInt8]) -> String { text(SHA256.hash(data: bytes)) }

    static func gitSHA1(_ bytes: [UInt8]) -> String {
        text(Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes))
    }

    private static func text(_ digest: some Sequence<UInt8>) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func answer(
        _ request: ScriptedServer.Request, _ files: [String: [UInt8]], _ large: Set<String>,
        _ listing: String?,
        store: String
    ) -> ScriptedServer.Reply {
        let path = String(request.target.split(separator: "?")[0])
        if path == "/api/models/org/model/revision/main" || path == "/api/models/org/model/revision/\(commit)"
        {
            return .init(body: Array((listing ?? Self.listing(files, large: large)).utf8))
        }
        if path.hasPrefix("/api/models/org/model/revision/") {
            return .init(status: 404, headers: [("X-Error-Code", "RevisionNotFound")])
        }
        let prefix = "/org/model/resolve/\(commit)/"
        guard path.hasPrefix(prefix) else {
            return .init(status: 401, headers: [("X-Error-Code", "RepoNotFound")])
        }
        let name = String(path.dropFirst(prefix.count))
        guard let bytes = files[name] else {
            return .init(status: 404, headers: [("X-Error-Code", "EntryNotFound")])
        }
        guard large.contains(name) else {
            return content(bytes, request, tag: "\"\(gitSHA1(bytes))\"", [("X-Repo-Commit", commit)])
        }
        let hash = sha256(bytes)
        return .init(
            status: 302,
            headers: [
                ("Location", "\(store)/\(hash)?signature=x%2Fy&expires=1"), ("X-Repo-Commit", commit),
                ("X-Linked-Etag", "\"\(hash)\""), ("X-Linked-Size", "\(bytes.count)"),
                ("ETag", "\"of-the-redirect\""),
            ])
    }
}
