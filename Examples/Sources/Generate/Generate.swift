// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

/// Continues prompts with a model in this process: first all at once, then one as it comes.
///
/// `swift run -c release Generate FOLDER [PROMPT …]`
@main
struct Generate {
    static func main() async throws {
        guard let model = CommandLine.arguments.dropFirst().first else {
            print("Give the folder of a model, and prompts if you like.")
            return
        }
        let given = CommandLine.arguments.dropFirst(2)
        let prompts = given.isEmpty ? ["The capital of France is", "One, two, three,"] : Array(given)

        let llm = try await LLM(model: model)
        let params = SamplingParams(temperature: 0, maxTokens: 32)
        for output in try await llm.generate(prompts.map { Prompt.text($0) }, params) {
            print("\(output.prompt ?? "") → \(output.outputs[0].text)")
        }

        var pieces = params
        pieces.outputKind = .delta
        for try await output in try llm.stream(.text(prompts[0]), pieces) {
            print(output.outputs[0].text, terminator: "")
        }
        print()
        await llm.shutdown()
    }
}
