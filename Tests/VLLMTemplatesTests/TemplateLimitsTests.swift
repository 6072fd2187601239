// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTemplates

@Suite struct TemplateLimitsTests {
    private let small = TemplateLimits(maximumSteps: 200_000, maximumOutputInBytes: 1 << 20)

    private func kind(_ source: String, _ context: JSONObject = [:]) -> TemplateError.Kind? {
        do throws(TemplateError) {
            _ = try Template(source).render(context, limits: small)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test(arguments: [
        // Time.
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(l=range(50000)|list) %}{% for i in range(50000) %}{% set x = i in ns.l %}{% endfor %}",
        "{% for i in range(99999) %}{% set x = ('a' * 100000).upper() %}{% endfor %}",
        "{% for i in range(99999) %}{% set x = range(99999)|list|sort %}{% endfor %}",
        "{% for i in range(99999) %}{% set x = 'aaaaaaaaaaaaaaaaab' in ('a' * 100000) %}{% endfor %}",
        "{% for i in range(99999) %}{{ range(99999)|join }}{% endfor %}",
        "{% set a = 'a' * 500000 %}{% set b = 'a' * 500000 %}{% for i in range(99999) %}{% if a == b %}{% endif %}{% endfor %}",
        "{% set a = 'a' * 500000 %}{% for i in range(99999) %}{% set x = {}[a] %}{% endfor %}",
        "{% set a = 'a' * 500000 %}{% for i in range(99999) %}{% set x = a.rfind('a' * 250000 + 'b') %}{% endfor %}",
        // Space.
        "{{ 'a' * 1000000000000 }}", "{{ 'a' * 9223372036854775807 }}", "{{ [1] * 1000000000 }}",
        "{{ range(100000000000) }}", "{{ range(-9223372036854775807, 9223372036854775807)|length }}",
        "{% set ns = namespace(s='aa') %}{% for i in range(99999) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99999) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% for i in range(99999) %}{{ 'x' * 1000 }}{% endfor %}", "{{ 'a'.center(100000000000) }}",
        "{{ '%1000000d' % 1 }}{{ '%99999999999d' % 1 }}", "{{ '{:99999999999}'.format(1) }}",
        "{{ ('a' * 1000).replace('', 'b' * 10000) }}", "{{ ('a' * 1000).replace('a', 'b' * 10000) }}",
        "{{ (['a' * 1000] * 1000)|join('b' * 10000) }}", "{{ 'a'|indent(100000000000, true) }}",
        "{{ ('a\\n' * 1000)|indent('b' * 10000) }}", "{{ [1]|batch(1000000000, 0)|list }}",
        "{{ [1]|slice(1000000000)|list }}", "{{ '\\t'.expandtabs(1000000000) }}",
        "{{ [1]|tojson(indent=1000000000) }}",
        "{{ ('a' * 100000)|wordwrap(1, wrapstring='b' * 1000000) }}",
        "{{ ('a\\n' * 50000)|wordwrap(9, wrapstring='b' * 1000000) }}",
        "{{ range(90000)|list|tojson(indent='x' * 1000) }}",
        "{{ range(90000)|list|tojson(separators=('x' * 1000, '')) }}",

        "{% macro m() %}{{ 'a' * 100000 }}{% endmacro %}{% for i in range(99) %}{{ m() }}{% endfor %}",
        // Depth.
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}",
        "{% set ns = namespace(x={}) %}{% for i in range(9999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
        "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% set ns.x = cycler(ns.x) %}{% endfor %}",
        "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x]|reverse %}{% endfor %}",
        // Values that share parts grow by powers of two when they are walked.
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
            + "{{ ns.x|tojson }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
        "{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns }}",
    ])
    func whatGoesBeyondALimitIsAnError(_ source: String) {
        #expect(kind(source) == .limit)
    }

    @Test(arguments: [
        String(repeating: "(", count: 20_000), "{{ " + String(repeating: "(", count: 20_000),
        "{{ " + String(repeating: "[", count: 20_000), "{{ " + String(repeating: "{1:", count: 20_000),
        "{{ " + String(repeating: "not ", count: 20_000) + "1 }}",
        "{{ " + String(repeating: "-", count: 20_000) + "1 }}",
        "{{ " + String(repeating: "a[", count: 20_000),
        "{{ " + String(repeating: "a(", count: 20_000), "{{ a" + String(repeating: " is a(1", count: 20_000),
        "{{ 1" + String(repeating: " if 1 else 1", count: 20_000) + " }}",
        "{{ 1" + String(repeating: " if 1", count: 20_000) + " }}",
        String(repeating: "{% if 1 %}", count: 20_000), String(repeating: "{% for a in b %}", count: 20_000),
        String(repeating: "{% macro a() %}", count: 20_000),
        "{% set " + String(repeating: "(", count: 20_000),
        "{{ a is b" + String(repeating: " c", count: 20_000) + " }}",
    ])
    func deepNestingInATemplateIsASyntaxError(_ source: String) {
        #expect(source.hasPrefix("(") || kind(source) == .syntax)
    }

    @Test func tuplesThatShareTooMuchAreNoKeys() {
        let grow =
            "{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}"
        #expect(kind(grow + "{{ {ns.x: 1} }}") == .runtime)
        #expect(kind(grow + "{{ {}[ns.x] is defined }}") == nil)
        #expect(kind("{{ {((1, 2), 3): 4}[((1, 2.0), 3)] }}") == nil)
    }

    @Test func longChainsAreNotDeep() throws {
        let terms = 5000
        let sum = try Template("{{ 1" + String(repeating: " + 1", count: terms) + " }}").render([:])
        #expect(sum == "\(terms + 1)")
        let filters = try Template("{{ 'a'" + String(repeating: "|upper", count: terms) + " }}").render([:])
        #expect(filters == "A")
        let ands = try Template("{{ 1" + String(repeating: " and 1", count: terms) + " }}").render([:])
        #expect(ands == "1")
        let joined = try Template("{{ 1" + String(repeating: " ~ 1", count: terms) + " }}").render([:])
        #expect(joined.utf8.count == terms + 1)
        let branches = String(repeating: "{% elif false %}", count: terms)
        #expect(try Template("{% if false %}" + branches + "{% else %}x{% endif %}").render([:]) == "x")
    }

    @Test func circlesAndLongChainsOfObjectsAreReleased() throws {
        let chain =
            "{% set ns = namespace(x=none) %}{% for i in range(50000) %}{% set ns.x = namespace(x=ns.x) %}{% endfor %}ok"
        #expect(try Template(chain).render([:]) == "ok")
        let macros =
            "{% set ns = namespace(m=none) %}{% for i in range(50000) %}{% set y = ns.m %}"
            + "{% macro m() %}{{ y }}{% endmacro %}{% set ns.m = m %}{% endfor %}ok"
        #expect(try Template(macros).render([:]) == "ok")
        let circle =
            "{% set ns = namespace() %}{% set ns.self = ns %}{% for i in [1] %}{% set ns.l = loop %}{% endfor %}ok"
        #expect(try Template(circle).render([:]) == "ok")
    }

    @Test func aLongConversationIsWithinTheLimits() throws {
        let text = JSONValue.string(String(repeating: "Lörem ipsum. ", count: 50_000))
        let messages = JSONValue.array((0..<20).map { _ in ["role": "user", "content": text] })
        let template = try Template(
            "{% for m in messages %}{{ '<' + m.role + '>' + m.content|trim + '</>' }}{% if 'x' in m.content %}{% endif %}"
                + "{% endfor %}")
        #expect(try template.render(["messages": messages]).utf8.count > 13_000_000)
    }
}
