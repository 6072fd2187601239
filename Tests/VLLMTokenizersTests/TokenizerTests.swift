// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMTokenizers

@Suite
struct TokenizerTests {
    @Test("Ids and texts are those of tokenizers for every style", arguments: Fixture.names)
    func goldens(name: String) throws {
        let (golden, texts) = try Fixture.golden(name)
        let tokenizer = try Fixture.tokenizer(name)
        let ids = try #require(golden["ids"]?.arrayValue)
        let decoded = Fixture.strings(golden["decoded"])
        #expect(texts.count == ids.count && texts.count > 100)
        for (index, text) in texts.enumerated() {
            let expected = Fixture.ids(ids[index])
            #expect(try tokenizer.encode(text) == expected, "\(text.debugDescription)")
            let whole = tokenizer.decode(expected, skipSpecialTokens: false)
            #expect(same(whole, decoded[index]), "\(expected)")
        }
        for (index, list) in (golden["bare"]?.arrayValue ?? []).enumerated() {
            #expect(try tokenizer.encode(texts[index], addSpecialTokens: false) == Fixture.ids(list))
        }
        for (index, text) in Fixture.strings(golden["skipped"]).enumerated() {
            #expect(same(tokenizer.decode(Fixture.ids(ids[index])), text), "\(texts[index].debugDescription)")
        }
    }

    @Test(
        "Random lists of ids, half characters and unknown ids decode as in tokenizers",
        arguments: Fixture.names)
    func randomLists(name: String) throws {
        let golden = try Fixture.golden(name).golden
        let tokenizer = try Fixture.tokenizer(name)
        let lists = try #require(golden["lists"]?.arrayValue)
        let texts = Fixture.strings(golden["texts"])
        #expect(lists.count == texts.count)
        for (list, text) in zip(lists, texts) {
            let ids = Fixture.ids(list)
            let decoded = tokenizer.decode(ids, skipSpecialTokens: false)
            #expect(
                same(decoded, text), "\(ids): \(decoded.debugDescription) is not \(text.debugDescription)")
        }
    }

    @Test("The vocabulary is known in both directions")
    func vocabulary() throws {
        let tokenizer = try Fixture.tokenizer("qwen2")
        for id in tokenizer.allIDs {
            let token = try #require(tokenizer.token(for: id))
            #expect(tokenizer.id(for: token) == id)
            #expect(tokenizer.tokenBytes(for: id) != nil)
        }
        #expect(tokenizer.allIDs.count == tokenizer.vocabularySize)
        #expect(
            tokenizer.specialTokenIDs.compactMap(tokenizer.token) == [
                "<|endoftext|>", "<|begin|>", "<|end|>",
            ])
        for id in [-1, Int32(tokenizer.vocabularySize), .min, .max] {
            #expect(tokenizer.token(for: id) == nil && tokenizer.tokenBytes(for: id) == nil)
            #expect(!tokenizer.isSpecial(id))
        }
    }

    @Test("The bytes of tokens are together the text", arguments: ["gpt2", "llama3", "gemma"])
    func tokenBytes(name: String) throws {
        let tokenizer = try Fixture.tokenizer(name)
        let text = "Hello  Wörld, 好 😀\n\u{0}end"
        let ids = try tokenizer.encode(text, addSpecialTokens: false)
        let bytes = ids.flatMap { tokenizer.tokenBytes(for: $0) ?? [] }
        #expect(bytes == Array(text.utf8))
    }

    @Test(
        "A long word without spaces is encoded in a time that grows with its length",
        arguments: ["gpt2", "llama2"])
    func longWord(name: String) throws {
        let tokenizer = try Fixture.tokenizer(name)
        let text = String(repeating: "abcdefghijklmnopqrstuvwxyzthequickbrown", count: 10_000)
        let ids = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(tokenizer.decode(ids) == text)
        // The pieces repeat, so the tokens away from the ends do too.
        let short = try tokenizer.encode(
            String(repeating: "abcdefghijklmnopqrstuvwxyzthequickbrown", count: 20), addSpecialTokens: false)
        #expect(ids.prefix(short.count - 8) == short.prefix(short.count - 8))
    }

    @Test("Encoding from many tasks at once gives what one gives")
    func concurrency() async throws {
        let tokenizer = try Fixture.tokenizer("llama3")
        let texts = Fixture.strings(try Fixture.json("texts.json")["texts"])
        let expected = try texts.map { try tokenizer.encode($0) }
        try await withThrowingTaskGroup(of: [[Int32]].self) { group in
            for _ in 0..<8 {
                group.addTask { try texts.map { try tokenizer.encode($0) } }
            }
            for try await result in group { #expect(result == expected) }
        }
    }
}
