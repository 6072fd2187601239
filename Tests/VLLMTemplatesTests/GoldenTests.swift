// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTemplates

/// Compares with what Python's jinja2 printed; see Scripts/fixtures/templates.py.
@Suite struct GoldenTests {
    @Test func snippetsRenderAsJinjaRendersThem() throws {
        #expect(try compareCases(try Fixture.json("snippets.json")) > 1000)
    }

    /// The cases that Scripts/fixtures/templates_fuzz.py wrote.
    @Test(.enabled(if: Fixture.randomCases != nil, "VLLM_TEMPLATE_CASES is not set"))
    func randomTemplatesRenderAsJinjaRendersThem() throws {
        let path = try #require(Fixture.randomCases)
        #expect(try compareCases(try JSONParser.parse(try Fixture.bytes(path))) > 0)
    }

    /// Renders small templates and gives their number.
    private func compareCases(_ fixture: JSONValue) throws -> Int {
        let shared = try #require(fixture["context"]?.objectValue)
        let cases = try #require(fixture["cases"]?.arrayValue)
        for item in cases {
            let source = try #require(item["template"]?.stringValue)
            var context = shared
            for (key, value) in item["context"]?.objectValue ?? [:] { context[key] = value }
            let found = Golden(rendering: source, context, now: Fixture.now(fixture))
            let expected = Golden(item)
            #expect(found.agrees(with: expected), "\(source)\n  jinja2: \(expected)\n  here:   \(found)")
        }
        return cases.count
    }

    @Test(arguments: try Fixture.names("Families", suffix: ".jinja"))
    func familiesRenderAsJinjaRendersThem(_ name: String) throws {
        try compare("Families/\(name).json", try Fixture.bytes("\(Fixture.folder)Families/\(name).jinja"))
    }

    @Test func thereAreManyFamilies() throws {
        #expect(try Fixture.names("Families", suffix: ".jinja").count >= 45)
        #expect(try Fixture.names("Published", suffix: ".json").count == 8)
    }

    @Test(
        .enabled(if: Fixture.publishedTemplates != nil, "VLLM_TEST_DATA is not set"),
        arguments: try Fixture.names("Published", suffix: ".json"))
    func publishedTemplatesRenderAsJinjaRendersThem(_ name: String) throws {
        let folder = try #require(Fixture.publishedTemplates)
        try compare("Published/\(name).json", try Fixture.bytes("\(folder)\(name).jinja"))
    }

    private func compare(_ goldens: String, _ source: [UInt8]) throws {
        let fixture = try Fixture.json(goldens)
        try #require(
            SHA256.hexDigest(source) == fixture["sha256"]?.stringValue,
            "the template has changed; Scripts/fixtures/templates.py writes the goldens")
        let conversations = try Fixture.json("conversations.json")["conversations"]
        let renderings = try #require(fixture["renderings"]?.arrayValue)
        #expect(renderings.count > 80)
        #expect(renderings.count { $0["output"] != nil } > 5)
        for rendering in renderings {
            let name = try #require(rendering["conversation"]?.stringValue)
            let context = try #require(conversations?[name]?.objectValue)
            let found = Golden(
                rendering: String(decoding: source, as: UTF8.self), context, now: Fixture.now(fixture))
            let expected = Golden(rendering)
            #expect(
                found.agrees(with: expected),
                "\(goldens), \(name)\n  jinja2: \(expected)\n  here:   \(found)")
        }
    }
}
