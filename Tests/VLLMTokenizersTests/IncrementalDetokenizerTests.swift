// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct IncrementalDetokenizerTests {
    @Test("The pieces are together the whole decode, for texts and random ids", arguments: Fixture.names)
    func equalsWhole(name: String) throws {
        let golden = try Fixture.golden(name).golden
        let tokenizer = try Fixture.tokenizer(name)
        let lists = (golden["ids"]?.arrayValue ?? []) + (golden["lists"]?.arrayValue ?? [])
        #expect(lists.count > 100)
        for list in lists.map({ Fixture.ids($0) }) {
            for skips in [false, true] {
                var detokenizer = IncrementalDetokenizer(tokenizer, skipSpecialTokens: skips)
                var text = ""
                for id in list { text += detokenizer.push(id) }
                text += detokenizer.finish()
                let whole = tokenizer.decode(list, skipSpecialTokens: skips)
                #expect(
                    same(text, whole), "\(list): \(text.debugDescription) is not \(whole.debugDescription)")
            }
        }
    }

    @Test(
        "Half a character waits for the rest, and becomes U+FFFD at the end", arguments: ["gpt2", "llama2"])
    func halfCharacters(name: String) throws {
        let tokenizer = try Fixture.tokenizer(name)
        let ids = try tokenizer.encode("𐍈", addSpecialTokens: false)
        let bytes = ids.suffix(4)
        #expect(bytes.compactMap { tokenizer.tokenBytes(for: $0) } == [[0xF0], [0x90], [0x8D], [0x88]])
        var detokenizer = IncrementalDetokenizer(tokenizer, after: try tokenizer.encode("a"))
        for id in bytes.dropLast() { #expect(detokenizer.push(id) == "") }
        var last = detokenizer
        #expect(last.push(try #require(bytes.last)) + last.finish() == "𐍈")
        #expect(detokenizer.finish().unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
        #expect(detokenizer.finish() == "")
    }

    @Test("Behind a prompt the first token keeps its space, and the pieces go on from the prompt")
    func behindPrompt() throws {
        let tokenizer = try Fixture.tokenizer("llama2")
        let all = try tokenizer.encode("The quick brown fox jumps 好😀 over")
        for cut in 1..<all.count {
            var detokenizer = IncrementalDetokenizer(tokenizer, after: all[..<cut])
            var rest = ""
            for id in all[cut...] { rest += detokenizer.push(id) }
            rest += detokenizer.finish()
            // Characters that the cut goes through are given whole by the rest.
            var prompt = IncrementalDetokenizer(tokenizer)
            let before = all[..<cut].reduce(into: "") { $0 += prompt.push($1) }
            #expect(same(before + rest, tokenizer.decode(all)), "cut at \(cut)")
        }
        let space = try #require(
            try tokenizer.encode("a quick").last { tokenizer.token(for: $0)?.hasPrefix("▁") == true })
        var first = IncrementalDetokenizer(tokenizer)
        #expect(!first.push(space).hasPrefix(" "))
        var later = IncrementalDetokenizer(tokenizer, after: [all[0], all[1]])
        #expect(later.push(space).hasPrefix(" "))
    }
}
