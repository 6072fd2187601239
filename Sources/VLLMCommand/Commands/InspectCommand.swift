// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMLayers
import VLLMTensors

/// `vllm inspect`: what a model is and what it takes, or one of the program's tables.
struct InspectCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what a model is and what it takes, without loading it.",
        discussion: """
            Reads config.json and the headers of the weights. Tensors that are missing, of another shape
            than config.json asks for or of no use are listed, and end the command with code 1. The words models, flags, routes
            and metrics show the program's own tables instead.

            Examples:
              vllm inspect ./Qwen2.5-0.5B-Instruct
              vllm inspect Qwen/Qwen3-0.6B --json
              vllm inspect flags --markdown
            """)

    @Argument(
        help:
            "A folder or hub id; models, flags, routes or metrics for a table; without it the built-in model."
    )
    var model: String?

    @Flag(help: "Prints JSON.")
    var json = false

    @Flag(help: "Prints a table of the program in Markdown.")
    var markdown = false

    @Option(help: "Share of the free memory that weights and cache may take, in (0, 1].")
    var gpuMemoryUtilization: Double = 0.92

    @Option(help: "JSON whose members replace those of config.json.")
    var hfOverrides: String?

    func run(in context: CommandContext) async throws {
        guard (0.0...1).contains(gpuMemoryUtilization), gpuMemoryUtilization > 0 else {
            throw UsageError("--gpu-memory-utilization should be in (0, 1], is \(gpuMemoryUtilization).")
        }
        if let model, let table = ReferenceTable(rawValue: model) {
            guard !json else { throw UsageError("--json is for models; \(model) is a table: --markdown.") }
            Terminal.print(markdown ? table.markdown : table.text)
            return
        }
        guard !markdown else {
            throw UsageError("--markdown is for the tables models, flags, routes, metrics.")
        }
        let source =
            try model.map { try ModelLoader.resolve($0, revision: nil, environment: context.environment) }
            ?? BuiltInModel.source
        let inspection = try ModelInspection(
            source, utilization: gpuMemoryUtilization, overrides: hfOverrides)
        let survey = try inspection.survey()
        if json {
            Terminal.print(JSONWriter().string(Self.json(inspection, survey)) + "\n")
        } else {
            let tensors = survey.map(TensorReport.text) ?? ""
            Terminal.print(Self.text(inspection, name: source.name) + tensors)
        }
        if let survey, !survey.isClean {
            throw CheckpointError(source.name, TensorReport.summary(survey))
        }
    }

    private static func text(_ inspection: ModelInspection, name: String) -> String {
        let shape = inspection.configuration
        let stored = inspection.storedDType.map { ", stored as \($0.rawValue)" } ?? ""
        var lines = [
            "\(name): \(inspection.architecture)",
            "  \(Quantity.grouped(inspection.numParameters)) parameters in \(Quantity.bytes(inspection.fileSize))\(stored)",
        ]
        // As many as the files have, where no tensor is missing.
        let parameters = inspection.parts.reduce(0) { $0 + $1.parameters }
        for part in inspection.parts {
            let share = Quantity.fixed(
                100 * Double(part.parameters) / Double(parameters), digits: 1)
            lines.append("    \(part.name): \(Quantity.grouped(part.parameters)) (\(share) %)")
        }
        lines += [
            "  \(shape.numLayers) layers, hidden \(shape.hiddenSize), intermediate \(shape.intermediateSize), "
                + "vocabulary \(Quantity.grouped(shape.vocabularySize))",
            "  \(shape.numHeads) query and \(shape.numKVHeads) key/value heads of \(shape.headDim), "
                + "up to \(Quantity.grouped(shape.maxPositions)) positions",
            "  \(Quantity.bytes(inspection.availableMemory)) of memory are free; in it, by type of weights:",
        ]
        if let experts = shape.experts {
            lines.insert(
                "  \(experts.layers.count { $0 }) layers with \(experts.routing.numExperts) experts of "
                    + "\(experts.intermediateSize), \(experts.routing.numExpertsPerToken) of them a token",
                at: lines.count - 2)
        }
        return (lines + inspection.fits.map { fit($0, longest: shape.maxPositions) }).joined(separator: "\n")
            + "\n"
    }

    private static func fit(_ fit: ModelInspection.Fit, longest: Int) -> String {
        let start =
            "    \(fit.name): weights \(Quantity.bytes(fit.weights)), \(Quantity.bytes(fit.kvBytesPerToken)) a token"
        guard fit.poolTokens > 0 else { return start + ", does not fit" }
        let context = min(fit.poolTokens, longest)
        let concurrency = Quantity.fixed(Double(fit.poolTokens) / Double(max(context, 1)), digits: 1)
        return start
            + ", longest context \(Quantity.grouped(context)), \(concurrency) requests of it at once"
    }

    private static func json(_ inspection: ModelInspection, _ survey: TensorSurvey?) -> JSONValue {
        let shape = inspection.configuration
        return [
            "architecture": .string(inspection.architecture),
            "parameters": .integer(inspection.numParameters),
            "parts": .object(
                inspection.parts.reduce(into: JSONObject()) { $0[$1.name] = .integer($1.parameters) }),
            "file_size_bytes": .integer(inspection.fileSize),
            "dtype": inspection.storedDType.map { .string($0.rawValue) } ?? .null,
            "num_hidden_layers": .integer(shape.numLayers), "hidden_size": .integer(shape.hiddenSize),
            "intermediate_size": .integer(shape.intermediateSize),
            "num_experts": shape.experts.map { .integer($0.routing.numExperts) } ?? .null,
            "num_experts_per_tok": shape.experts.map { .integer($0.routing.numExpertsPerToken) } ?? .null,
            "moe_intermediate_size": shape.experts.map { .integer($0.intermediateSize) } ?? .null,
            "vocab_size": .integer(shape.vocabularySize),
            "num_attention_heads": .integer(shape.numHeads),
            "num_key_value_heads": .integer(shape.numKVHeads),
            "head_dim": .integer(shape.headDim), "max_position_embeddings": .integer(shape.maxPositions),
            "available_memory_bytes": .integer(inspection.availableMemory),
            "tensors": survey.map(TensorReport.json) ?? .null,
            "fits": .array(
                inspection.fits.map { fit in
                    [
                        "dtype": .string(fit.name), "weights_bytes": .integer(fit.weights),
                        "kv_bytes_per_token": .integer(fit.kvBytesPerToken),
                        "kv_cache_tokens": .integer(fit.poolTokens),
                        "longest_context": .integer(min(fit.poolTokens, shape.maxPositions)),
                    ]
                }),
        ]
    }
}
