// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine

/// Stop strings in a text that comes in pieces.
@Suite struct StopStringMatcherTests {
    /// Feeds a text in every way of cutting it into characters, pairs and the whole.
    private func results(_ text: String, _ stops: [String], includesStop: Bool = false) -> Set<String> {
        var results: Set<String> = []
        for size in [1, 2, 3, text.count] {
            var matcher = StopStringMatcher(stops: stops, includesStop: includesStop)
            var output = ""
            var matched: String?
            var rest = Substring(text)
            while !rest.isEmpty, matched == nil {
                let piece = rest.prefix(size)
                rest = rest.dropFirst(size)
                let result = matcher.push(String(piece), isLast: rest.isEmpty)
                output += result.text
                matched = result.matched
            }
            results.insert("\(output)|\(matched ?? "-")")
        }
        return results
    }

    @Test("the text ends before the stop string, however it is cut")
    func cutting() {
        #expect(results("Hello world. More", ["."]) == ["Hello world|."])
        #expect(results("one\n\ntwo", ["\n\n"]) == ["one|\n\n"])
        #expect(results("ababac", ["abac"]) == ["ab|abac"])
        #expect(results("no stop here", ["STOP"]) == ["no stop here|-"])
    }

    @Test("the stop string stays if asked for")
    func inclusion() {
        #expect(results("a END b", ["END"], includesStop: true) == ["a END|END"])
    }

    @Test("what may become a stop string is held back, and given out at the end")
    func holding() {
        var matcher = StopStringMatcher(stops: ["###"], includesStop: false)
        #expect(matcher.push("a##", isLast: false).text == "a")
        #expect(matcher.push("b", isLast: false).text == "#")
        #expect(matcher.push("", isLast: true).text == "#b")
    }

    @Test("the stop string that is complete first wins")
    func firstComplete() {
        #expect(results("xx abcd", ["abcd", "bc"]) == ["xx a|bc"])
    }

    @Test("a character is never cut")
    func characters() {
        var matcher = StopStringMatcher(stops: ["日本人です"], includesStop: false)
        let first = matcher.push("これは日本", isLast: false).text
        #expect("これは日本".hasPrefix(first))
        #expect(first + matcher.push("語", isLast: true).text == "これは日本語")
    }

    @Test("no stop string ends in text that is exempt, but one may begin there")
    func exempt() {
        var matcher = StopStringMatcher(stops: ["ab"], includesStop: false)
        #expect(matcher.push("xaba", isLast: false, isExempt: true).matched == nil)
        let result = matcher.push("by", isLast: false)
        #expect(result.matched == "ab")
        var other = StopStringMatcher(stops: ["ab"], includesStop: false)
        let first = other.push("ab", isLast: false, isExempt: true)
        let second = other.push("c", isLast: true)
        #expect(first.text + second.text == "abc")
        #expect(second.matched == nil)
    }
}
