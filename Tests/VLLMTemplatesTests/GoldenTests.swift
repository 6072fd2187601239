// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTemplates

/// Compares with what Python's jinja2 printed; see Scripts/fixtures/templates.py.
@Suite struct GoldenTests {
    @Test func snippetsRenderAsJinjaRendersThem() throws {
        let fixture = try Fixture.json("snippets.json")
        let shared = try #require(fixture["context"]?.objectValue)
        let cases = try #require(fixture["cases"]?.arrayValue)
        #expect(cases.count > 1000)
        for item in cases {
            let source = try #require(item["template"]?.stringValue)
            var context = shared
            for (key, value) in item["context"]?.objectValue ?? [:] { context[key] = value }
            let found = Golden(rendering: source, context, now: Fixture.now(fixture))
            let expected = Golden(item)
            #expect(found.agrees(with: expected), "\(source)\n  jinja2: \(expected)\n  here:   \(found)")
        }
    }

    @Test func familiesRenderAsJinjaRendersThem() throws {
        let fixture = try Fixture.json("families.json")
        let templates = try #require(fixture["templates"]?.arrayValue)
        #expect(templates.count >= 6)
        for template in templates {
            let source = try Fixture.text(try #require(template["file"]?.stringValue))
            try compare(template, source, fixture)
        }
    }

    @Test(.enabled(if: Fixture.publishedTemplates != nil, "VLLM_TEST_DATA is not set"))
    func publishedTemplatesRenderAsJinjaRendersThem() throws {
        let folder = try #require(Fixture.publishedTemplates)
        let conversations = try Fixture.json("families.json")
        let templates = try #require(try Fixture.json("published.json")["templates"]?.arrayValue)
        #expect(templates.count == 8)
        for template in templates {
            let bytes = try Fixture.bytes(folder + (try #require(template["file"]?.stringValue)))
            try #require(
                SHA256.hexDigest(bytes) == template["sha256"]?.stringValue, "the template has changed")
            try compare(template, String(decoding: bytes, as: UTF8.self), conversations)
        }
    }

    private func compare(_ template: JSONValue, _ source: String, _ fixture: JSONValue) throws {
        let renderings = try #require(template["renderings"]?.arrayValue)
        #expect(renderings.count > 50)
        for rendering in renderings {
            let name = try #require(rendering["conversation"]?.stringValue)
            let context = try #require(fixture["conversations"]?[name]?.objectValue)
            let found = Golden(rendering: source, context, now: Fixture.now(fixture))
            let expected = Golden(rendering)
            #expect(
                found.agrees(with: expected),
                "\(template["file"]?.stringValue ?? ""), \(name)\n  jinja2: \(expected)\n  here:   \(found)")
        }
    }
}
