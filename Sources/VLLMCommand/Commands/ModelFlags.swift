// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCPU
import VLLMEngine

/// Flags that say which model runs, and where.
struct ModelFlags: ParsableArguments {
    @Argument(
        help:
            "A folder with a Hugging Face checkpoint, a GGUF file, or the id of a model on the hub (with :Q4_K_M behind it, of a GGUF file there), which is fetched where the local cache has it not. Without it the small model that is built into this program."
    )
    var model: String?

    @Option(help: "YAML file with further flags; those given here hold before those of the file.")
    var config: String?

    @Option(help: "Folder or hub id of the tokenizer, where it is not the model's.")
    var tokenizer: String?

    @Option(help: "Branch, tag or commit of a hub id (default: main).")
    var revision: String?

    @Option(help: "Branch, tag or commit of the tokenizer's hub id (default: main).")
    var tokenizerRevision: String?

    @Option(help: "Token for the hub (default: $HF_TOKEN, or what huggingface-cli login left).")
    var hfToken: String?

    @Option(
        help: "Folder of the hub cache (default: $HF_HUB_CACHE, $HF_HOME/hub or ~/.cache/huggingface/hub).")
    var downloadDir: String?

    @Option(
        help:
            "Type of weights, activations and cache: auto (the checkpoint's; bfloat16 for float32), half, float16, bfloat16, float, float32."
    )
    var dtype: String = "auto"

    @Option(
        help:
            "Rounds the weights as they are loaded: int8, int4 (groups of 32), int4-g64, int4-g128 (default: none)."
    )
    var quantization: String?

    @Option(
        help:
            "Longest prompt and output together, in tokens; default or -1: the model's, as far as memory reaches."
    )
    var maxModelLen: Int?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Takes a --max-model-len beyond what the model was made for, as $VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 does."
    )
    var allowLongMaxModelLen = false

    @Option(
        help:
            "JSON whose members replace those of config.json, such as {\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 2}}."
    )
    var hfOverrides: String?

    @Option(help: "Seeds the requests that bring no seed (default: 0).")
    var seed: Int64?

    @Option(
        help:
            "Alternatives that a request may ask for with its log-probabilities; -1: the vocabulary (default: 20)."
    )
    var maxLogprobs: Int?

    @Option(
        help:
            "Where sampling defaults come from: auto (the model's generation_config.json), vllm (none), or a folder with such a file."
    )
    var generationConfig: String = "auto"

    @Option(
        help:
            "JSON with sampling defaults that replace the model's, such as {\"temperature\": 0.5}; max_new_tokens bounds what any request may ask for."
    )
    var overrideGenerationConfig: String?

    @Option(help: "Where the model runs: auto or cpu.")
    var device: String = "auto"

    @Option(help: "Threads that compute (default: one a core).")
    var threads: Int?

    @Option(
        help:
            "Instruction set by name, for comparisons: avx512_bf16, avx512, avx2 or portable (default: the best there is)."
    )
    var instructionSet: String?

    @Option(
        parsing: .upToNextOption,
        help:
            "Logits processors that every request passes, by the names under which this program registers them."
    )
    var logitsProcessors: [String] = []

    @Option(
        help:
            "What finds the weights: auto and hf (safetensors, or PyTorch's files where there are none), safetensors, pt, gguf, or a format that this program registers."
    )
    var loadFormat: String = "auto"

    @Option(
        help:
            "Folder for a copy of the packed weights, which later starts only map: auto ($VLLM_CACHE_ROOT/packed, or swift-vllm/packed beside the hub cache), off, or a folder. It takes as much disk as the weights take memory."
    )
    var packedCache: String = "off"

    /// Writes the flags into the options of an engine.
    func apply(to options: inout EngineOptions) throws(UsageError) {
        options.tokenizer = tokenizer
        options.revision = revision
        options.dtype = try dtypeChoice()
        if let quantization, quantization.lowercased() != "none" { options.quantization = quantization }
        options.seed = seed ?? 0
        options.overrideGenerationConfig = overrideGenerationConfig
        options.hfOverrides = hfOverrides
        options.allowsLongMaxModelLen = allowLongMaxModelLen
        options.logitsProcessors = logitsProcessors
        options.loadFormat = loadFormat
        if packedCache.lowercased() != "off" { options.packedCache = packedCache }
        if let instructionSet, !CPUBackend.availableInstructionSets.contains(instructionSet) {
            let names = CPUBackend.availableInstructionSets.joined(separator: ", ")
            throw UsageError(
                "--instruction-set should be one that this processor has, \(names), is '\(instructionSet)'.")
        }
        options.instructionSet = instructionSet
        if let maxModelLen, maxModelLen != -1 {
            guard maxModelLen > 0 else {
                throw UsageError(
                    "--max-model-len should be at least 1, or -1 for what memory allows, is \(maxModelLen).")
            }
            options.maxModelLen = maxModelLen
        }
        if let maxLogprobs {
            guard maxLogprobs >= -1 else {
                throw UsageError("--max-logprobs should be at least -1, is \(maxLogprobs).")
            }
            options.maxLogprobs = maxLogprobs
        }
        if let threads {
            guard (1...1024).contains(threads) else {
                throw UsageError("--threads should be in 1…1024, is \(threads).")
            }
            options.numThreads = threads
        }
        try applyChoices(to: &options)
    }

    private func dtypeChoice() throws(UsageError) -> EngineOptions.DTypeChoice {
        guard let choice = EngineOptions.DTypeChoice(rawValue: dtype) else {
            let names = EngineOptions.DTypeChoice.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--dtype should be one of \(names), is '\(dtype)'.")
        }
        return choice
    }

    private func applyChoices(to options: inout EngineOptions) throws(UsageError) {
        switch generationConfig {
        case "auto": options.usesGenerationConfig = true
        case "vllm": options.usesGenerationConfig = false
        default:
            guard !generationConfig.isEmpty, !generationConfig.utf8.contains(0) else {
                throw UsageError("--generation-config should be auto, vllm or a folder.")
            }
            options.generationConfigFolder = generationConfig
        }
        guard ["auto", "cpu"].contains(device.lowercased()) else {
            throw UsageError("--device should be auto or cpu, is '\(device)': other devices are missing.")
        }
    }
}
