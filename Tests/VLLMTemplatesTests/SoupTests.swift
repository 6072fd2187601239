// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTemplates

/// Random templates: whatever they are, they give a text or an error and never trap.
@Suite struct SoupTests {
    private static let words = [
        "{{", "}}", "{%", "%}", "{%-", "-%}", "{#", "#}", "{{-", "-}}", "+%}", "if", "else", "elif", "endif",
        "for", "in",
        "endfor", "set", "endset", "macro", "endmacro", "call", "endcall", "filter", "endfilter", "with",
        "endwith",
        "raw", "endraw", "generation", "endgeneration", "break", "continue", "recursive", "not", "and", "or",
        "is",
        "a", "b", "l", "d", "loop", "loop.index", "namespace", "range", "dict", "m", "true", "none", "1",
        "-1", "2.5",
        "9223372036854775807", "1e308", "'x'", "\"é😀\"", "'%s'", "'{}'", "(", ")", "[", "]", "{", "}", ",",
        ".", ":",
        "::", "|", "~", "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">=", "=", "\n", " ", "\\", "'",
        "\"", "\u{0}",
        "upper", "|upper", "|length", "|tojson", "|list", "|sort", "|join(',')", "|map('upper')", "|int",
        "|round(2)",
        "|batch(2)", "|groupby('a')", "|indent", "|truncate(4)", "|wordwrap(3)", "is defined", "is odd",
        ".strip()",
        ".split(',')", ".items()", "[::-1]", "[1:]", "[-1]", ".format(1, 2)", "**a", "*l", "a=1", "0x", "1_",
        "1.e", "🙂",
    ]

    private static let context: JSONObject = [
        "a": "Text, with é and 😀", "b": 3, "l": [3, 1, "x", nil, [1, 2]], "d": ["a": 1, "b": ["c": 2]],
    ]

    private static let limits = TemplateLimits(
        maximumSteps: 5000, maximumOutputInBytes: 20_000, maximumDepth: 60, maximumRange: 1000)

    /// Whether the template rendered.
    private func survives(_ source: String) -> Bool {
        do throws(TemplateError) {
            let text = try Template(source).render(Self.context, limits: Self.limits)
            #expect(text.utf8.count <= Self.limits.maximumOutputInBytes)
            return true
        } catch {
            #expect(!error.message.isEmpty || error.kind == .raised)
            return false
        }
    }

    @Test func randomWordsNeverTrap() {
        var generator = SplitMix(state: 11)
        var rendered = 0
        for _ in 0..<6000 {
            var source = ""
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                source += Self.words[Int.random(in: Self.words.indices, using: &generator)]
                if Bool.random(using: &generator) { source += " " }
            }
            if survives(source) { rendered += 1 }
        }
        #expect(rendered > 0)
    }

    @Test func randomExpressionsNeverTrap() {
        var generator = SplitMix(state: 12)
        let operands = [
            "a", "b", "l", "d", "1", "-2.5", "'é😀x'", "none", "[1, 'b']", "{'a': 2}", "(1, 2)", "range(4)",
            "loop",
        ]
        let operators = [
            " + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " < ", " == ", " in ", " and ",
        ]
        let suffixes = Self.words.filter {
            $0.hasPrefix("|") || $0.hasPrefix(".") || $0.hasPrefix("[") && $0.count > 1
        }
        var rendered = 0
        for _ in 0..<6000 {
            var source = "{{ "
            for term in 0..<Int.random(in: 1...4, using: &generator) {
                if term > 0 { source += operators[Int.random(in: operators.indices, using: &generator)] }
                source += operands[Int.random(in: operands.indices, using: &generator)]
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    source += suffixes[Int.random(in: suffixes.indices, using: &generator)]
                }
            }
            if survives(source + " }}") { rendered += 1 }
        }
        #expect(rendered > 500)
    }

    @Test func damagedTemplatesNeverTrap() throws {
        var generator = SplitMix(state: 13)
        let names = [
            "typed-channels.jinja", "xml-tools.jinja", "last-turns.jinja", "python-signatures.jinja",
        ]
        let sources = try names.map { Array(try Fixture.text("Families/\($0)").utf8) }
        for round in 0..<1500 {
            var bytes = sources[round % sources.count]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                if Bool.random(using: &generator) {
                    bytes.removeSubrange(
                        place..<min(bytes.count, place + Int.random(in: 1...9, using: &generator)))
                } else {
                    let word = Self.words[Int.random(in: Self.words.indices, using: &generator)]
                    bytes.insert(contentsOf: word.utf8, at: place)
                }
            }
            _ = survives(String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// A small seeded generator (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
