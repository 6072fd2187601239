// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand
import VLLMJSON

@Suite("vllm generate and vllm chat with the built-in model")
struct GenerationTests {
    @Test("text goes to standard output and nothing else does")
    func text() throws {
        let outcome = try ChildProcess.run(
            "generate", "--prompt", "One, two,", "--max-tokens", "4", "--temperature", "0")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("\n"))
        #expect(outcome.error.contains("KV cache:"))
        #expect(!outcome.output.contains("INFO"))
    }

    @Test("--json prints an object a prompt in their order, the same in every run")
    func json() throws {
        let arguments = [
            "generate", "--prompts-file", "-", "--prompt-token-ids", "5,6", "--json", "--max-tokens", "6",
            "--temperature",
            "0", "--logprobs", "2", "--ignore-eos",
        ]
        let outcome = try ChildProcess(arguments, input: "a b\n\nc d e\r\n").wait()
        #expect(outcome.status == 0)
        let objects = try outcome.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        #expect(objects.map { $0["index"]?.intValue } == [0, 1, 2])
        #expect(objects.map { $0["prompt"]?.stringValue } == [nil, "a b", "c d e"])
        #expect(objects[0]["prompt_token_ids"] == [5, 6])
        for object in objects {
            #expect(object["token_ids"]?.arrayValue?.count == 6)
            #expect(object["logprobs"]?.arrayValue?.count == 6)
            #expect(object["logprobs"]?[0]?["top"]?.arrayValue?.count == 2)
            #expect(object["finish_reason"]?.stringValue == "length")
        }
        let again = try ChildProcess(arguments, input: "a b\n\nc d e\r\n").wait()
        #expect(again.output == outcome.output)
    }

    @Test("several outputs of a prompt are told apart, and a seed repeats them")
    func seeded() throws {
        let arguments = [
            "generate", "-p", "One", "--n", "2", "--max-tokens", "8", "--temperature", "1", "--seed", "7",
        ]
        let outcome = try ChildProcess(arguments).wait()
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("--- 0.0: One") && outcome.output.contains("--- 0.1: One"))
        #expect(try ChildProcess(arguments).wait().output == outcome.output)
    }

    @Test("a chat answers one question, or each line of its input")
    func chat() throws {
        let quick = try ChildProcess.run(
            "chat", "-q", "What is 2 plus 3?", "--temperature", "0", "--max-tokens", "32")
        #expect(quick.status == 0)
        #expect(quick.error.contains("tokens/s") || quick.error.contains("first after"))
        let lines = try ChildProcess.run(
            "chat", "--temperature", "0", "--max-tokens", "32", "--no-stats",
            input: "What is 2 plus 3?\n/reset\nHello!\n")
        #expect(lines.status == 0)
        #expect(lines.output.hasPrefix(quick.output))
        #expect(lines.error.isEmpty)
    }
}
