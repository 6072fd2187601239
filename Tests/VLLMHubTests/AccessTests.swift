// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

/// What the hub refuses, and the one sentence that says so.
@Suite struct AccessTests {
    /// An answer and what it means.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let status: Int
        var code: String?
        var message: String?
        var isFile = false
        var token: String?
        let kind: HubError.Kind
        let text: String

        var testDescription: String { "\(status) \(code ?? "-") \(isFile ? "file" : "listing")" }
    }

    private static let refusals = [
        Refusal(status: 401, kind: .repositoryNotFound, text: "it is private and needs a token"),
        Refusal(
            status: 401, code: "RepoNotFound", token: "t", kind: .repositoryNotFound,
            text: "the token that was given cannot see it"),
        Refusal(
            status: 401, message: "Invalid credentials in Authorization header", token: "t",
            kind: .unauthorized,
            text: "does not accept the token"),
        Refusal(
            status: 401, code: "GatedRepo", isFile: true, kind: .gated, text: "accept its licence at"),
        Refusal(
            status: 403, code: "GatedRepo", isFile: true, token: "t", kind: .gated,
            text: "the token that was given has no access yet"),
        Refusal(
            status: 403, message: "Access is disabled.", kind: .unauthorized, text: "403: Access is disabled."
        ),
        Refusal(status: 404, code: "RepoNotFound", kind: .repositoryNotFound, text: "has no model org/model"),
        Refusal(status: 404, kind: .repositoryNotFound, text: "has no model org/model"),
        Refusal(
            status: 404, code: "RevisionNotFound", kind: .revisionNotFound,
            text: "org/model has no revision 'main'."),
        Refusal(
            status: 404, code: "EntryNotFound", isFile: true, kind: .fileNotFound,
            text: "org/model has no file config.json."),
        Refusal(status: 418, kind: .response, text: "answers 418"),
    ]

    @Test(arguments: refusals) func `a refusal is not tried again, and says what to do`(
        refusal: Refusal
    ) async throws {
        try await HubFixture.run(script: { place, request in
            guard request.target.contains(refusal.isFile ? "/resolve/" : "/api/"), place == .hub else {
                return nil
            }
            guard !refusal.isFile || request.target.hasSuffix("config.json") else { return nil }
            let headers = [("X-Error-Code", refusal.code), ("X-Error-Message", refusal.message)]
            return .init(
                status: refusal.status,
                headers: headers.compactMap { name, value in value.map { (name, $0) } })
        }) { fixture in
            let error = try await fixture.failure(fixture.configuration(token: refusal.token))
            #expect(error?.kind == refusal.kind)
            #expect(error?.message.contains(refusal.text) == true, "\(error?.message ?? "no error")")
            #expect(error?.message.contains("\n") == false)
            #expect(fixture.clock.pauses.isEmpty)
        }
    }

    @Test func `nothing is left of a model that does not exist`() async throws {
        try await HubFixture.run(script: { _, _ in .init(status: 404) }) { fixture in
            let failure = try await fixture.failure()
            #expect(failure != nil)
            #expect(fixture.cache.names(in: "").isEmpty)
        }
    }

    @Test(arguments: ["nowhere.pem", "rubbish.pem"])
    func `a certificate file that cannot be used is named before anybody is asked`(name: String) async throws
    {
        try await HubFixture.run { fixture in
            try fixture.cache.write([1, 2, 3], to: "rubbish.pem")
            var configuration = try fixture.configuration()
            configuration.certificateFile = "\(fixture.cache.path)/\(name)"
            let error = try await fixture.failure(configuration)
            #expect(error?.kind == .configuration)
            #expect(error?.message.contains(name) == true)
            #expect(fixture.hub.server.requests.isEmpty)
        }
    }

    @Test func `a revision that does not exist is named`() async throws {
        try await HubFixture.run { fixture in
            let error = try await fixture.failure(revision: "v9")
            #expect(error?.message == "org/model has no revision 'v9'.")
        }
    }

    @Test(arguments: ["", "a/b/c", "../x", "org/", "org/..", "a b", "-x/y"])
    func `a name that is no hub id is refused without asking`(name: String) async throws {
        try await HubFixture.run { fixture in
            await #expect(throws: HubError.self) { try await fixture.client().snapshot(of: name) }
            #expect(fixture.hub.server.requests.isEmpty)
        }
    }

    @Test(arguments: ["", "..", "a/../b", "/a", "a//b", "a\\b", "a\u{0}b"])
    func `a revision that is no name is refused without asking`(revision: String) async throws {
        try await HubFixture.run { fixture in
            let failure = try await fixture.failure(revision: revision)
            #expect(failure?.kind == .configuration)
            #expect(fixture.hub.server.requests.isEmpty)
        }
    }

    @Test func `offline the cache decides, and the hub is not asked`() async throws {
        try await HubFixture.run { fixture in
            var configuration = try fixture.configuration()
            configuration.isOffline = true
            let none = try await fixture.failure(configuration)
            #expect(none?.kind == .offline)
            #expect(none?.message.contains("has no revision 'main' of org/model") == true)
            #expect(fixture.hub.server.requests.isEmpty)

            let path = try await fixture.fetch()
            let count = fixture.hub.server.requests.count
            #expect(try await HubClient(configuration).snapshot(of: "org/model") == path)
            #expect(fixture.hub.server.requests.count == count)

            try fixture.cache.write([], to: "spare")
            fixture.cache.remove(fixture.blob("model.safetensors"))
            let lacking = try await fixture.failure(configuration)
            #expect(lacking?.kind == .offline)
            #expect(lacking?.message.contains("lacks model.safetensors") == true)
        }
    }
}
