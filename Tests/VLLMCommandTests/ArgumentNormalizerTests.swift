// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ArgumentNormalizer")
struct ArgumentNormalizerTests {
    private func serve(_ line: String) throws -> ArgumentNormalizer.Result {
        try ArgumentNormalizer.normalize(line.split(separator: " ").map(String.init), for: .serve)
    }

    private func refusal(_ arguments: [String], for command: FlagTable.Command = .serve) -> String? {
        do throws(UsageError) {
            _ = try ArgumentNormalizer.normalize(arguments, for: command)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "every way to write a flag gives the same",
        arguments: [
            "--max-model-len 4096", "--max_model_len 4096", "--max-model-len=4096", "--max_model-len=4096",
        ])
    func spellings(line: String) throws {
        #expect(try serve(line).arguments == ["--max-model-len=4096"])
    }

    @Test("underscores in a value stay as they are")
    func valuesKeepUnderscores() throws {
        #expect(try serve("--host my_host").arguments == ["--host=my_host"])
        #expect(try serve("--host=a=b_c").arguments == ["--host=a=b_c"])
    }

    @Test("the model may be the positional or --model, in any place")
    func model() throws {
        #expect(try serve("org/name --port 1").arguments == ["--port=1", "--", "org/name"])
        #expect(try serve("--port 1 org/name").arguments == ["--port=1", "--", "org/name"])
        #expect(try serve("--model org/name").arguments == ["--", "org/name"])
        #expect(try serve("--model=org/name org/name").arguments == ["--", "org/name"])
        #expect(refusal(["a", "--model", "b"])?.contains("twice") == true)
        #expect(try serve("-- -strange").arguments == ["--", "-strange"])
    }

    @Test("numbers with suffixes become plain ones, and no number is an error")
    func numbers() throws {
        #expect(try serve("--max-num-batched-tokens 4k").arguments == ["--max-num-batched-tokens=4000"])
        #expect(try serve("--kv-cache-memory-bytes 1GiB").arguments == ["--kv-cache-memory-bytes=1073741824"])
        #expect(try serve("--max-model-len -1").arguments == ["--max-model-len=-1"])
        #expect(try serve("--max-model-len auto").arguments == ["--max-model-len=-1"])
        #expect(refusal(["--max-model-len", "many"])?.contains("'many'") == true)
    }

    @Test("a switch has a negation, and its last mention holds")
    func switches() throws {
        #expect(try serve("--enable-prefix-caching").arguments == ["--enable-prefix-caching"])
        #expect(try serve("--no-enable_prefix_caching").arguments == ["--no-enable-prefix-caching"])
        let both = try serve("--enable-prefix-caching --no-enable-prefix-caching")
        #expect(both.arguments == ["--no-enable-prefix-caching"])
        #expect(both.warnings.count == 1)
        #expect(refusal(["--enable-prefix-caching=perhaps"])?.contains("switch") == true)
        #expect(try serve("--enable-prefix-caching=false").arguments == ["--no-enable-prefix-caching"])
    }

    @Test("of a flag that comes twice the last one holds, with a warning where they differ")
    func repetition() throws {
        let twice = try serve("--port 1 --host h --port 2")
        #expect(twice.arguments == ["--host=h", "--port=2"])
        #expect(twice.warnings == ["--port is given more than once; the last one holds."])
        #expect(try serve("--port 1 --port 1").warnings.isEmpty)
    }

    @Test("a list takes all values up to the next flag")
    func lists() throws {
        let result = try serve("m --served-model-name a b --api-key k1 k2 --port 1")
        #expect(
            result.arguments == [
                "--served-model-name=a", "--served-model-name=b", "--api-key=k1", "--api-key=k2", "--port=1",
                "--", "m",
            ])
        #expect(refusal(["--api-key", "--port", "1"])?.contains("at least one value") == true)
    }

    @Test("a prompt may begin with a dash, and comes as often as one likes")
    func prompts() throws {
        let arguments = ["--prompt", "- one", "-p", "-", "--prompt=--x", "--prompt", "--- three"]
        let result = try ArgumentNormalizer.normalize(arguments, for: .generate)
        #expect(result.arguments == ["--prompt=- one", "--prompt=-", "--prompt=--x", "--prompt=--- three"])
    }

    @Test("a flag without its value is an error, not a flag that swallows the next one")
    func missingValue() {
        #expect(refusal(["--host"]) == "--host needs a value.")
        #expect(refusal(["--host", "--port", "1"]) == "--host needs a value.")
    }

    @Test("what asks for nothing special is accepted with a note")
    func neutral() throws {
        let line =
            "--tensor-parallel-size 1 -tp=1 --enforce-eager --trust-remote-code -O3 -cc.mode 3"
        let result = try serve(line)
        #expect(result.arguments.isEmpty)
        #expect(result.notes.count == 6)
        #expect(result.notes.contains { $0.contains("no remote code is ever run") })
        #expect(try serve("--watermark 0.00 --no-enable-lora").notes.count == 2)
    }

    @Test(
        "what asks for more is refused with what is missing",
        arguments: [
            (["--tensor-parallel-size", "4"], "more than one device"),
            (["-tp", "2"], "more than one device"),
            (["--quantization-config", "x"], "quantized"), (["--enable-lora"], "LoRA"),
            (["--no-scheduler-reserve-full-isl"], "as a whole"), (["--ssl-keyfile", "x"], "TLS"),
            (["--rope-theta", "1"], "--hf-overrides"), (["--hf-overrides..a", "1"], "between dots"),
        ])
    func refused(arguments: [String], missing: String) {
        #expect(refusal(arguments)?.contains(missing) == true)
    }

    @Test("members of an object may be flags of their own")
    func members() throws {
        let line =
            "--hf-overrides.rope_scaling.factor 2 --hf-overrides.rope_scaling.rope_type=linear --hf_overrides.x_y null"
        #expect(
            try serve(line).arguments
                == [#"--hf-overrides={"rope_scaling":{"factor":2,"rope_type":"linear"},"x_y":null}"#])
        #expect(
            try serve(#"--override-generation-config {"top_k":5} --override-generation-config.top_p 0.5"#)
                .arguments == [#"--override-generation-config={"top_k":5,"top_p":0.5}"#])
    }

    @Test("an unknown flag is an error that names the nearest one")
    func unknown() {
        #expect(
            refusal(["--max-model-length", "1"])
                == "there is no flag --max-model-length; did you mean --max-model-len?")
        #expect(refusal(["--prot=1"]) == "there is no flag --prot; did you mean --port?")
        #expect(refusal(["--completely-different-thing"]) == "there is no flag --completely-different-thing.")
        #expect(refusal(["--port.x", "1"])?.contains("there is no flag") == true)
    }

    @Test("flags of one command are no flags of another")
    func commands() {
        #expect(refusal(["--port", "1"], for: .generate)?.contains("no flag --port") == true)
        #expect(refusal(["--prompt", "x"], for: .serve)?.contains("no flag --prompt") == true)
    }

    @Test("-q is a question in a chat and a quantization on a server")
    func quick() throws {
        #expect(
            try ArgumentNormalizer.normalize(["-q", "hello you"], for: .chat).arguments == [
                "--quick=hello you"
            ])
        #expect(try serve("-q int8").arguments == ["--quantization=int8"])
    }
}
