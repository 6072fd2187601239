// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand
import VLLMJSON

@Suite("The program")
struct ProgramTests {
    @Test("--version and -v print the version and nothing else", arguments: ["--version", "-v"])
    func version(flag: String) throws {
        let outcome = try ChildProcess.run(flag)
        #expect(outcome.status == 0)
        #expect(outcome.output == Version.number + "\n")
        #expect(outcome.error.isEmpty)
    }

    @Test(
        "a wrong command line ends with code 2 and one sentence on standard error",
        arguments: [
            (["serv"], "did you mean serve?"), (["serve", "--prot", "1"], "did you mean --port?"),
            (["serve", "--max-model-len", "many"], "--max-model-len"),
            (["serve", "a", "b"], "Unexpected argument"),
            (["serve", "--port", "70000"], "--port"),
            (["generate", "--prompt", "x", "--block-size", "7"], "--block-size"),
            (["generate", "--prompt", "x", "--instruction-set", "sse9"], "sse9"),
            (
                ["generate", "--prompt", "x", "--max-num-batched-tokens", "4611686018427387904"],
                "--max-num-batched-tokens"
            ), (["serve", "-tp", "2"], "more than one device"),
            (["generate"], "--prompt"),
            (["generate", "--prompt", "x", "--temperature", "-1"], "temperature"),
            (["generate", "--prompt", "x", "--temperature", "nan"], "temperature"),
            (["generate", "--prompts-file", "/nonexistent"], "/nonexistent"),
            (["generate", "--prompt-token-ids", "1,x"], "'x'"), (["chat", "--url", "https://h"], "https"),
            (["serve", "--chat-template", "/nonexistent"], "/nonexistent"),
            (["serve", "--dtype", "int3"], "int3"),
        ])
    func usage(arguments: [String], text: String) throws {
        let outcome = try ChildProcess(arguments).wait()
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(text), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
    }

    /// A folder with a vocabulary of tiktoken.
    private static let vocabularies =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/VLLMTokenizersTests/Fixtures"

    @Test(
        "what fails at run time ends with code 1 and one sentence that says where",
        arguments: [
            (["generate", "/nonexistent/model", "--prompt", "x"], "/nonexistent/model"),
            (["serve", "/nonexistent/model", "--host", "127.0.0.1", "--port", "0"], "/nonexistent/model"),
            (["generate", "./nowhere", "--prompt", "x"], "./nowhere: is not there"),
            (["tokenize", "/usr", "--prompt", "x"], "/usr: is a folder without a model"),
            (["tokenize", #filePath, "--prompt", "x"], "is a file, but not one of GGUF"),
            // A vocabulary alone makes a folder that of a tokenizer.
            (["tokenize", Self.vocabularies, "--prompt", "x"], "how small.tiktoken cuts words"),
            (["generate", "--prompt-token-ids", "2000000000"], "2000000000"),
            (["chat", "--url", "http://127.0.0.1:9/v1", "-q", "x"], "127.0.0.1:9"),
        ])
    func failure(arguments: [String], text: String) throws {
        let outcome = try ChildProcess(arguments + ["--log-level", "error"]).wait()
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(text), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
    }

    @Test(
        "an inspection lists ten tensors of each kind that do not fit, and ends with code 1",
        arguments: [
            (#"{"num_hidden_layers": 4}"#, ["18 tensors are missing:", "model.layers.2.", "and 8 more"]),
            (#"{"num_hidden_layers": 1}"#, ["9 tensors are of no use to the model:", "model.layers.1."]),
            (#"{"vocab_size": 299}"#, ["2 tensors are of another shape:", "[300, 64], should be [299, 64]"]),
        ])
    func inspection(overrides: String, texts: [String]) throws {
        let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let arguments = ["inspect", folder + "/Fixtures/models/llama"]
        let outcome = try ChildProcess(arguments + ["--hf-overrides", overrides]).wait()
        #expect(outcome.status == 1)
        for text in texts { #expect(outcome.output.contains(text), "\(outcome.output)") }
        #expect(outcome.error.contains("cannot be loaded"), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
        let json = try ChildProcess(arguments + ["--hf-overrides", overrides, "--json"]).wait()
        let tensors = try JSONParser.parse(json.output)["tensors"]
        let counts = ["missing", "misshapen", "unused"].compactMap { tensors?[$0]?["count"]?.intValue }
        #expect(json.status == 1 && counts.count == 3 && counts.count { $0 > 0 } == 1)
        let whole = try ChildProcess(arguments).wait()
        #expect(whole.status == 0 && !whole.output.contains("tensors"), "\(whole.output)")
    }

    @Test(
        "every flag that the table calls built is in the command's help",
        arguments: FlagTable.Command.allCases)
    func flagsAreBuilt(command: FlagTable.Command) throws {
        let outcome = try ChildProcess(command.words + ["--help"]).wait()
        #expect(outcome.status == 0)
        let words = Set(outcome.output.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init))
        for flag in FlagTable.flags(of: command) where flag.support == .built && flag.name != "--model" {
            let isShared = command.words[0] == "bench" && FlagTable.bench.contains { $0.name == flag.name }
            #expect(words.contains(flag.name) || isShared, "\(flag.name)")
        }
    }

    @Test("every option of the help is in the table", arguments: FlagTable.Command.allCases)
    func helpIsInTheTable(command: FlagTable.Command) throws {
        let help = try ChildProcess(command.words + ["--help"]).wait().output
        let known = Set(FlagTable.flags(of: command).filter { $0.support == .built }.map(\.name))
        for line in help.split(separator: "\n") where line.hasPrefix("  -") {
            let names = line.split { !($0.isLetter || $0.isNumber || $0 == "-") }
            guard let name = names.first(where: { $0.hasPrefix("--") }) else { continue }
            #expect(known.contains(String(name)), "\(name)")
        }
    }

    @Test("--help=all lists what is accepted and what is missing")
    func longHelp() throws {
        let outcome = try ChildProcess.run("serve", "--help=all")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("--tensor-parallel-size, -tp: only 1"))
    }
}
