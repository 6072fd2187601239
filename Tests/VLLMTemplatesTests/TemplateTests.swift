// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTemplates

@Suite struct TemplateTests {
    private func error(_ source: String, _ context: JSONObject = [:], limits: TemplateLimits = .default)
        -> TemplateError?
    {
        do throws(TemplateError) {
            _ = try Template(source).render(context, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func aTemplateRendersManyTimesAndFromManyTasks() async throws {
        let template = try Template("{% for m in messages %}{{ m.role }}:{{ m.content[1:3] }};{% endfor %}")
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try template.render(["messages": [["role": "user", "content": .string("é\(number)x")]]])
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(texts.count == 50)
        #expect(texts.contains("user:7x;"))
        #expect(texts.contains("user:42;"))
    }

    @Test func whatTheTemplateRaisesIsToldApartAndPassedThrough() {
        let found = error(
            "a\n{% if true %}\n{{ raise_exception('Roles must alternate: <user>') }}{% endif %}")
        #expect(found?.kind == .raised)
        #expect(found?.message == "Roles must alternate: <user>")
        #expect(found?.line == 3)
    }

    @Test(arguments: [
        ("x\n{{ missing.y }}", TemplateError.Kind.undefined, 2), ("\n\n{{ 1 + 'a' }}", .runtime, 3),
        ("{% if true %}\n{{ 1 + }}\n{% endif %}", .syntax, 2), ("{# \n\n #}\n{% nope %}", .syntax, 4),
        ("{{ l.append(1) }}", .undefined, 1), ("a\n{% include 'b' %}", .syntax, 2),
        ("{% import 'x' as y %}", .syntax, 1), ("{% from 'x' import y %}", .syntax, 1),
        ("{% extends 'x' %}", .syntax, 1), ("{{ [].append(1) }}", .security, 1),
        ("{{ (-8) ** 0.5 }}", .runtime, 1),
        ("{{ 2 ** 126 * 2 }}", .runtime, 1), ("{{ 170141183460469231731687303715884105728 }}", .syntax, 1),
        ("{{ -(0 - 2 ** 126 - 2 ** 126) }}", .runtime, 1), ("{{ 2 ** 64 * 2 ** 64 }}", .runtime, 1),
        ("{{ (0 - 2 ** 126 - 2 ** 126) // -1 }}", .runtime, 1), ("{{ 10 ** 400 }}", .runtime, 1),
        ("{{ '%*d' % (-9223372036854775807 - 1, 1) }}", .runtime, 1),
    ])
    func errorsSayWhatAndWhere(_ source: String, _ kind: TemplateError.Kind, _ line: Int) {
        let found = error(source)
        #expect(found?.kind == kind)
        #expect(found?.line == line)
    }

    @Test func messagesNameWhatIsMissing() {
        #expect(error("{{ foo.bar }}")?.message == "'foo' is undefined")
        #expect(error("{{ d.a.b }}", ["d": [:]])?.message == "'dict object' has no attribute 'a'")
        #expect(error("{{ z + 'x' }}", ["z": nil])?.description.contains("line 1") == true)
    }

    @Test func knowsWhichVariablesATemplateMentions() throws {
        let template = try Template("{% if tools %}{{ tools|length }}{% endif %}{{ m.enable_thinking }}")
        #expect(template.mentions("tools"))
        #expect(template.mentions("m"))
        #expect(!template.mentions("enable_thinking"))
        #expect(!template.mentions("documents"))
    }

    @Test func theDateIsInjected() throws {
        // 2024-02-29 23:59:58 UTC, a Thursday.
        let leapDay = TemplateDate(secondsSinceEpoch: 1_709_251_198)
        let template = try Template("{{ strftime_now('%Y-%m-%d %H:%M:%S %a %j %U %W %V %-d %y') }}")
        #expect(try template.render([:], now: leapDay) == "2024-02-29 23:59:58 Thu 060 08 09 09 29 24")
        let east = TemplateDate(secondsSinceEpoch: 1_709_251_198, offsetFromUTCInSeconds: 3600)
        #expect(try template.render([:], now: east) == "2024-03-01 00:59:58 Fri 061 08 09 09 1 24")
        let early = TemplateDate(secondsSinceEpoch: -1)
        #expect(try template.render([:], now: early) == "1969-12-31 23:59:59 Wed 365 52 52 01 31 69")
        #expect(try Template("{{ strftime_now('%Y')|length }}").render([:]) == "4")
    }

    @Test func stringsAreComparedByCodePoints() throws {
        let template = try Template("{{ a == b }} {{ d[b] is defined }} {{ a|length }} {{ b|length }}")
        let context: JSONObject = ["a": "\u{E9}", "b": "e\u{301}", "d": ["\u{E9}": 1]]
        #expect(try template.render(context) == "False False 1 2")
    }

    @Test func roundingToAnyPlaceIsANumber() throws {
        let template = try Template(
            "{{ n|round(-9223372036854775807 - 1) }} {{ n|round(-1) }} {{ n|round(5) }}")
        #expect(try template.render(["n": 17]) == "0 20 17")
    }

    @Test func integersStayIntegers() throws {
        let template = try Template("{{ a }} {{ b }} {{ c|tojson }}")
        #expect(try template.render(["a": 1, "b": 1.0, "c": [1, 1.0, 1e16]]) == "1 1.0 [1, 1.0, 1e+16]")
    }
}
