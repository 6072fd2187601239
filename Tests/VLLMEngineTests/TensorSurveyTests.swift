// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMLayers

/// What an inspection says of tensors, without reading them.
@Suite struct TensorSurveyTests {
    private func survey(_ fixture: String, _ overrides: String? = nil) throws -> TensorSurvey {
        let source = try ModelFixture(fixture).source
        let inspection = try ModelInspection(source, utilization: 0.9, overrides: overrides)
        return try #require(try inspection.survey())
    }

    @Test("a checkpoint that loads has all that it needs and nothing else", arguments: ModelFixture.names)
    func clean(name: String) throws {
        let survey = try survey(name)
        #expect(
            survey.isClean, "\(survey.missing) \(survey.misshapen) \(survey.unused) \(survey.failure ?? "")")
    }

    @Test("so has a GGUF file", arguments: GGUFModelTests.names)
    func cleanGGUF(name: String) throws {
        let source = try ModelFixture(name, inGGUF: true).source
        let survey = try #require(try ModelInspection(source, utilization: 0.9).survey())
        #expect(
            survey.isClean, "\(survey.missing) \(survey.misshapen) \(survey.unused) \(survey.failure ?? "")")
    }

    @Test("missing tensors are named with the shape that they should have")
    func missing() throws {
        let survey = try survey("qwen2", #"{"num_hidden_layers": 3, "layer_types": null}"#)
        #expect(survey.misshapen.isEmpty && survey.unused.isEmpty && survey.failure == nil)
        let names = Set(survey.missing.map(\.name))
        #expect(names.count == 12 && survey.missing.count == 12 && !survey.isClean)
        #expect(names.allSatisfy { $0.hasPrefix("model.layers.2.") })
        #expect(
            survey.missing.contains {
                $0.name == "model.layers.2.input_layernorm.weight" && $0.found == nil && $0.wanted == [64]
            })
        #expect(
            survey.missing.contains { $0.name.hasSuffix("self_attn.q_proj.weight") && $0.wanted == [64, 64] })
    }

    @Test("tensors of other shapes are named with both, one of experts once")
    func misshapen() throws {
        let survey = try survey("qwen2-moe", #"{"moe_intermediate_size": 16}"#)
        #expect(survey.missing.isEmpty && survey.unused.isEmpty)
        #expect(survey.misshapen.count == Set(survey.misshapen.map(\.name)).count)
        let first = try #require(survey.misshapen.first { $0.name.hasSuffix("experts.gate_up_proj") })
        #expect(first.found == [6, 64, 64] && first.wanted == [6, 32, 64])
    }

    @Test("tensors that nothing asks for are named")
    func unused() throws {
        let survey = try survey("qwen2", #"{"architectures": ["LlamaForCausalLM"]}"#)
        #expect(survey.missing.isEmpty && survey.misshapen.isEmpty)
        #expect(survey.unused.count == 6 && survey.unused.allSatisfy { $0.name.hasSuffix("_proj.bias") })
        #expect(survey.unused.first?.found == [32])
    }

    @Test("what no tensor shows is told too")
    func failure() throws {
        let survey = try survey("granite", #"{"attention_multiplier": -1}"#)
        #expect(survey.failure?.contains("scale of attention") == true && !survey.isClean)
    }

    @Test("a config.json that asks for any number of tensors is no work without end")
    func endless() throws {
        let survey = try survey("mixtral", #"{"num_hidden_layers": 4096, "num_local_experts": 1024}"#)
        #expect(survey.missing.count + survey.misshapen.count <= 1 << 16)
        #expect(survey.failure?.contains("65536") == true)
    }
}
