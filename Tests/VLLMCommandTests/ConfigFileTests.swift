// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("Flags in a YAML file")
struct ConfigFileTests {
    private func normalize(_ arguments: String..., yaml: String) throws -> ArgumentNormalizer.Result {
        try ArgumentNormalizer.normalize(arguments, for: .serve) { path throws(UsageError) in
            try ConfigFile(Array(yaml.utf8), name: path)
        }
    }

    private func message(_ yaml: String) -> String {
        do {
            _ = try normalize("--config", "c.yaml", yaml: yaml)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("names may have - or _, and values are those of the command line")
    func values() throws {
        let yaml = """
            # A comment.
            model: "./a model"
            max_model_len: 4k
            port: 8001
            served-model-name: [one, two]
            enable_prefix_caching: false
            trust-remote-code: true
            chat-template:
            api-key:
              - secret
            """
        let result = try normalize("--config", "c.yaml", yaml: yaml)
        #expect(
            Set(result.arguments) == [
                "--max-model-len=4000", "--port=8001", "--served-model-name=one", "--served-model-name=two",
                "--no-enable-prefix-caching", "--api-key=secret", "--", "./a model",
            ])
        #expect(result.arguments.suffix(2) == ["--", "./a model"])
        #expect(result.notes.count == 1 && result.warnings.isEmpty)
    }

    @Test("the command line holds before the file, the model included")
    func precedence() throws {
        let yaml = "model: other\nport: 1\nserved_model_name: [a, b]\nenable-prefix-caching: true\nseed: 3\n"
        let result = try normalize(
            "mine", "--served-model-name", "c", "--config=c.yaml", "--no-enable-prefix-caching", "--port",
            "2",
            yaml: yaml)
        #expect(
            result.arguments == [
                "--served-model-name=c", "--no-enable-prefix-caching", "--port=2", "--seed=3", "--", "mine",
            ])
        #expect(result.warnings.isEmpty)
    }

    @Test("errors name the file, the line, and the nearest flag")
    func errors() {
        #expect(
            message("port: 1\nmax-modle-len: 5")
                == "'c.yaml', line 2: there is no flag --max-modle-len; did you mean --max-model-len?")
        #expect(message("a: [1, 2").contains("'c.yaml', line"))
        #expect(message("- 1").contains("should hold flags"))
        #expect(message("port: 1\nport: 2").contains("line 2: a second 'port'"))
        #expect(message("a: &x [1]\nb: *x").contains("aliases"))
        #expect(message("max-num-seqs: many").contains("line 1"))
        #expect(message("tensor-parallel-size: 2").contains("line 1"))
        #expect(message("config: x").contains("line 1"))
        #expect(message(String(repeating: "[", count: 100)).contains("nested"))
        #expect(message("\u{0}").contains("line"))
    }

    @Test("a mapping becomes JSON, with the types of its plain scalars")
    func mapping() throws {
        let yaml = "hf-overrides: {a: 1, b: 'x', c: [true, 1.5, null, text]}"
        let file = try ConfigFile(Array(yaml.utf8), name: "c")
        #expect(file.entries.first?.values == [#"{"a":1,"b":"x","c":[true,1.5,null,"text"]}"#])
    }
}
