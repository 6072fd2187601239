// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import Synchronization
import VLLMCPU
package import VLLMCheckpoints
import VLLMExecution
import VLLMLayers
import VLLMModels
import VLLMQuantization
import VLLMScheduling
import VLLMTensors
import VLLMTypes
import VLLMJSON
package import VLLMTokenizers

/// Brings a model from its files to a running engine.
package enum ModelLoader {
    /// Loads the checkpoint that the options name.
    ///
    /// - Parameters:
    ///   - stateChanged: told when an engine with a process of its own has died, and when another runs.
    ///   - note: told what is worth knowing of how the model is loaded, also after it has been.
    package static func load(
        _ options: EngineOptions, environment: [String: String]? = nil,
        stateChanged: @escaping @Sendable (EngineState) -> Void = { _ in },
        note: @escaping @Sendable (LoadNote) -> Void = { _ in },
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> AsyncLLM {
        let environment = environment ?? ProcessEnvironment.current
        let source = try resolve(options.model, revision: options.revision, environment: environment)
        let tokenizer = try options.tokenizer.map { name in
            try resolve(name, revision: nil, environment: environment)
        }
        return try await load(
            source, tokenizer: tokenizer ?? source, options, environment: environment,
            stateChanged: stateChanged, note: note, progress: progress)
    }

    /// Loads a checkpoint from where it is.
    package static func load(
        _ source: CheckpointSource, tokenizer tokenizerSource: CheckpointSource? = nil,
        _ options: EngineOptions, environment: [String: String]? = nil,
        stateChanged: @escaping @Sendable (EngineState) -> Void = { _ in },
        note: @escaping @Sendable (LoadNote) -> Void = { _ in },
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> AsyncLLM {
        let options = options.resolved(environment ?? ProcessEnvironment.current)
        // The tokenizer is read while the weights are packed.
        async let reading = TokenizerSource(tokenizerSource ?? source)
        let launched =
            if options.usesEngineProcess {
                try await AsyncLLM.launchProcess(
                    path: source.path, options, stateChanged: stateChanged, note: note, progress: progress)
            } else {
                try await AsyncLLM.launch(limits: options.queueLimits) {
                    try build(source, options, note: note, progress: progress)
                }
            }
        let text = try await reading
        var info = launched.info
        info.chatTemplates = text.chatTemplates
        info.specialTokens = text.specialTokens
        if let name = text.specialTokens["eos_token"], let token = text.tokenizer?.id(for: name),
            !info.eosTokenIDs.contains(token)
        {
            info.eosTokenIDs.append(token)
        }
        // Reading a large tokenizer.json takes memory that nothing needs again.
        vllm_memory_trim()
        return AsyncLLM(
            launched, info: info, tokenizer: text.tokenizer, maxLogprobs: options.maxLogprobs,
            seed: options.seed, logitsProcessors: options.logitsProcessors)
    }

    /// The architectures that can be loaded, by their names in config.json.
    package static var architectureNames: [String] {
        (PlugIns.registered.architectures + Registry.architectures).flatMap(\.names).sorted()
    }

    /// The architectures of this program: their names in config.json, the random checkpoints of Tests/Fixtures/models that
    /// prove them, models that were run with their trained weights, and whether they run in float16.
    package static var provenArchitectures:
        [(names: [String], fixtures: [String], trained: [String], runsInFloat16: Bool)]
    {
        Registry.architectures.map { architecture in
            let fixtures = Registry.fixtures.filter { architecture.names.contains($0.architecture) }
            return (
                architecture.names, fixtures.map(\.checkpoint), architecture.trainedModels,
                !architecture.exceedsFloat16
            )
        }
    }

    /// The names in config.json of the architectures that plug-ins have added.
    package static var addedArchitectures: [[String]] { PlugIns.registered.architectures.map(\.names) }

    /// The tokenizer among a model's files, without the model; nil where there is none.
    package static func tokenizer(of source: CheckpointSource) throws -> Tokenizer? {
        try TokenizerSource(source).tokenizer
    }

    /// The chat templates among a model's files, by name, and the special tokens they may print.
    package static func chatTemplates(of source: CheckpointSource) throws -> (
        templates: [String: String], specialTokens: [String: String]
    ) {
        let text = try TokenizerSource(source)
        return (text.chatTemplates, text.specialTokens)
    }

    /// Where a model's files are: a folder, a GGUF file, or a snapshot in the hub's cache; behind a colon may stand the
    /// quantization of one of several GGUF files.
    package static func resolve(
        _ model: String, revision: String?, environment: [String: String]
    ) throws(CheckpointError) -> CheckpointSource {
        if let source = try CheckpointSource.local(model) { return source }
        let cache = HubCache(environment: environment)
        let (name, quantization) = CheckpointSource.quantized(model) ?? (model, "")
        let isID = HubCache.isRepositoryID(name)
        if isID, let path = try cache.snapshot(of: name, revision: revision),
            let source = try CheckpointSource(path: quantization.isEmpty ? path : "\(path):\(quantization)")
        {
            return source
        }
        let looked = isID ? ", and the local cache \(cache.root) has no such model" : ""
        throw CheckpointError(model, "is neither a folder nor a file here\(looked).")
    }
}

extension ModelLoader {
    /// Packs the weights and sizes the pool; runs on the thread that is to run the engine.
    ///
    /// - Parameter options: with a path for the folder of packed weights, not "auto".
    static func build(
        _ source: CheckpointSource, _ options: EngineOptions,
        note: @escaping @Sendable (LoadNote) -> Void,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws -> (EngineParts, ModelInfo) {
        let free = options.availableMemory ?? Int(clamping: vllm_available_memory())
        let total = Int(clamping: vllm_total_memory())
        let plugIns = PlugIns.registered
        var checkpoint = try Registry.checkpoint(
            source, files: WeightFiles(rawValue: options.loadFormat) ?? .auto,
            format: plugIns.format(options.loadFormat))
        try checkpoint.override(options.hfOverrides)
        let scheme = try plugIns.scheme(of: checkpoint)
        let (architecture, configuration) = try Registry.decoder(
            for: checkpoint, added: plugIns.architectures)
        let dtype = try dtype(options.dtype, checkpoint, architecture, configuration, note)
        let defaults = try GenerationDefaults(checkpoint, options)
        try check(options, configuration, note)
        let background = options.packedCache.map { _ in BackgroundWork() }
        let backend = try CPUBackend(
            .init(numThreads: options.numThreads, instructionSet: options.instructionSet))
        let blocks = options.quantization == nil ? checkpoint.packedBlockFormats.map(\.name) : []
        let numericsID = [
            backend.numericsID, dtype.rawValue, options.quantization, blocks.isEmpty ? nil : "blocks",
        ]
        .compactMap { $0 }.joined(separator: "-")
        let cacheBytes = configuration.kvBytesPerToken(dtype)
        // What memory leaves of the model's length is all that tables of positions have to cover.
        let modelLength = try MemoryPlan.make(
            options, bytesPerToken: cacheBytes, modelLength: configuration.maxPositions, free: free, used: 0,
            total: total
        ).maxModelLen
        // Without chunks a step must take the longest prompt whole.
        let longest = options.enableChunkedPrefill ? 0 : modelLength
        let limits = ModelLimits(
            maxNumBatchedTokens: options.maxNumBatchedTokens ?? max(512, options.maxNumSeqs, longest),
            maxModelLen: modelLength)
        let fileSize = checkpoint.sizeInBytes
        let done = Atomic<Int>(0)
        let packedCache = options.packedCache.flatMap { folder in
            PackedCache(
                folder, checkpoint, packing: numericsID, scheme: scheme, loadFormat: options.loadFormat,
                note: note)
        }
        let quantization = options.quantization.flatMap(LoadTimeQuantization.named)
        let weightBytes = configuration.packedBytes(of: checkpoint, dtype, quantization)
        let isShort = MemoryPlan.isShort(options, weights: weightBytes, free: free)
        var packedFile = packedCache?.open(on: backend, fits: !isShort)
        if packedFile == nil, isShort {
            if let packedCache {
                let plan = try planWeights(
                    configuration, checkpoint, scheme: scheme, quantization, dtype, limits, options)
                packedFile = try packedCache.pack(plan, on: backend)
            } else if weightBytes > free - (options.kvCacheMemoryBytes ?? 0) {
                throw MemoryPlan.noMemory(
                    forWeights: weightBytes, free: free, pool: options.kvCacheMemoryBytes)
            }
        }
        let packed = packedCache.map { _ in PackedWeights(packedFile) }
        if packedFile == nil { checkpoint.prefetch() }
        let loader = WeightLoader(
            checkpoint: checkpoint, backend: backend, dtype: dtype, scheme: scheme,
            quantization: quantization, packed: packed
        ) { bytes in
            progress(done.add(bytes, ordering: .relaxed).newValue, fileSize)
        }
        if let blocks = LoadNote(blocksOf: checkpoint, quantization: options.quantization) { note(blocks) }
        if let head = LoadNote(tiedHeadOf: checkpoint, configuration, on: backend) { note(head) }
        if let stretched = LoadNote(stretchOf: configuration, to: modelLength) { note(stretched) }
        let model = try DecoderStack(configuration, loader: loader, limits: limits)
        try loader.checkAllUsed(except: configuration.isLeftOut)
        let plan = try MemoryPlan.make(
            options, bytesPerToken: cacheBytes, modelLength: configuration.maxPositions, free: free,
            used: backend.weightMemory + backend.bufferMemory, mapped: packed?.mappedBytes ?? 0, total: total)
        if plan.readsDisk {
            note(
                LoadNote(
                    isWarning: true,
                    text:
                        "\(MemoryPlan.show(backend.weightMemory)) of weights are more than the \(MemoryPlan.show(free)) of free memory hold beside the key/value cache: every step reads what is missing from the disk, at its speed."
                ))
        }
        let cache = try backend.makeKVCache(
            specs: model.kvCacheSpecs, numBlocks: plan.numBlocks, blockSize: options.blockSize)
        let scheduler = try Scheduler(
            config: schedulerConfig(options, limits, plan),
            makePolicy: plugIns.policy(options.kvEvictionPolicy))
        var info = ModelInfo(
            name: options.model, architecture: architecture, dtype: dtype, maxModelLen: plan.maxModelLen,
            vocabularySize: configuration.vocabularySize, device: backend.deviceDescription,
            numericsID: numericsID, numThreads: backend.numThreads, weightMemory: backend.weightMemory,
            numBlocks: plan.numBlocks, blockSize: options.blockSize,
            kvBytesPerToken: cacheBytes, maxNumBatchedTokens: limits.maxNumBatchedTokens,
            maxNumSeqs: options.maxNumSeqs, eosTokenIDs: defaults.eosTokenIDs,
            defaultSamplingParams: defaults.params, defaultMaxTokens: defaults.maxTokens,
            multipliedWeights: configuration.multipliedWeights,
            headWeights: configuration.embeddingWidth * configuration.vocabularySize)
        info.quantization = options.quantization
        info.blockFormats = blocks
        info.configOverrides = checkpoint.overrides.isEmpty ? nil : checkpoint.overridesText
        info.weightBytesPerStep = model.weightBytesPerStep
        info.expertBytesPerStep = model.chosenBytesPerStep
        if let routing = configuration.experts?.routing {
            info.expertShare = Double(routing.numExpertsPerToken) / Double(routing.numExperts)
        }
        let runner = ModelRunner(
            model: model, backend: backend, cache: cache, plugIns: plugIns.sampling)
        var parts = EngineParts(scheduler: scheduler, executor: runner)
        if let packed, let background {
            packedCache?.keep(packed, of: backend, on: background)
            parts.finish = { background.finish() }
        }
        return (parts, info)
    }

    /// What a model would pack, by a backend of its own that goes away with what making the model took.
    private static func planWeights(
        _ configuration: DecoderConfiguration, _ checkpoint: Checkpoint, scheme: (any QuantizationScheme)?,
        _ quantization: LoadTimeQuantization?, _ dtype: DType, _ limits: ModelLimits, _ options: EngineOptions
    ) throws -> [PackedWeights.PlannedWeight] {
        let backend = try CPUBackend(
            .init(numThreads: options.numThreads, instructionSet: options.instructionSet))
        let packed = PackedWeights(planning: ())
        let loader = WeightLoader(
            checkpoint: checkpoint, backend: backend, dtype: dtype, scheme: scheme,
            quantization: quantization,
            packed: packed)
        _ = try DecoderStack(configuration, loader: loader, limits: limits)
        return packed.plan
    }

    /// Builds the parts of an engine on a thread of their own, has them run there by the body, and finishes them.
    package static func run<Value: Sendable>(
        _ source: CheckpointSource, _ options: EngineOptions, environment: [String: String],
        note: @escaping @Sendable (LoadNote) -> Void,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void,
        _ body: @escaping @Sendable (EngineParts, ModelInfo) throws -> Value
    ) async throws -> Value {
        let options = options.resolved(environment)
        return try await OSThread.run {
            let (parts, info) = try build(source, options, note: note, progress: progress)
            defer { parts.finish?() }
            return try body(parts, info)
        }
    }

    private static func schedulerConfig(
        _ options: EngineOptions, _ limits: ModelLimits, _ plan: MemoryPlan
    ) -> SchedulerConfig {
        SchedulerConfig(
            maxNumSeqs: options.maxNumSeqs, maxNumBatchedTokens: limits.maxNumBatchedTokens,
            maxModelLen: plan.maxModelLen, blockSize: options.blockSize, numBlocks: plan.numBlocks,
            enablePrefixCaching: options.enablePrefixCaching,
            enableChunkedPrefill: options.enableChunkedPrefill,
            policy: options.usesPriorities ? .priority : .fcfs, longPrefillTokenThreshold: 0)
    }

    private static func dtype(
        _ choice: EngineOptions.DTypeChoice, _ checkpoint: Checkpoint, _ architecture: String,
        _ configuration: DecoderConfiguration, _ note: (LoadNote) -> Void
    ) throws(CheckpointError) -> DType {
        switch choice {
        case .half, .float16:
            guard configuration.exceedsFloat16 else { return .float16 }
            throw CheckpointError(
                "--dtype",
                "cannot be float16 for \(architecture), whose numbers leave its range: take --dtype bfloat16 or float32."
            )
        case .bfloat16: return .bfloat16
        case .float, .float32: return .float32
        case .auto:
            let config = ConfigReader(checkpoint.config, file: checkpoint.source.path(of: "config.json"))
            guard try config.dtype() ?? checkpoint.storedDType == .float16 else { return .bfloat16 }
            guard configuration.exceedsFloat16 else { return .float16 }
            note(
                LoadNote(
                    isWarning: true,
                    text:
                        "the weights are float16, whose range the numbers of \(architecture) leave: it runs in bfloat16."
                ))
            return .bfloat16
        }
    }

    /// What the options say must fit the model and itself.
    private static func check(
        _ options: EngineOptions, _ configuration: DecoderConfiguration, _ note: (LoadNote) -> Void
    ) throws(DeviceError) {
        try options.validate()
        if let length = options.maxModelLen {
            try check(length, configuration, allowsLong: options.allowsLongMaxModelLen, note)
        }
        if let tokens = options.maxNumBatchedTokens, tokens < options.maxNumSeqs {
            throw DeviceError(
                "--max-num-batched-tokens \(tokens) should be at least --max-num-seqs \(options.maxNumSeqs).")
        }
    }

    /// Refuses a length that the model was not made for, or warns of it where it is wanted nevertheless.
    private static func check(
        _ length: Int, _ configuration: DecoderConfiguration, allowsLong: Bool, _ note: (LoadNote) -> Void
    ) throws(DeviceError) {
        let longest = configuration.maxPositions
        guard length < 1 || length > longest else { return }
        let range =
            "--max-model-len should be in 1…\(longest), the longest this model was made for, is \(length)"
        guard length >= 1, length <= EngineOptions.longestModelLen else { throw DeviceError("\(range).") }
        if case .learned = configuration.positions {
            throw DeviceError("\(range); its positions are a table that ends there.")
        }
        if length > longest, let reason = configuration.whyNoLonger {
            throw DeviceError("\(range); \(reason).")
        }
        guard allowsLong else {
            throw DeviceError(
                "\(range). --allow-long-max-model-len takes more, though what the model says there may make no sense."
            )
        }
        note(
            LoadNote(
                isWarning: true,
                text:
                    "--max-model-len \(length) is beyond the \(longest) tokens that this model was made for: what it says there may make no sense."
            ))
    }
}
