// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import VLLMCheckpoints
public import VLLMExecution
public import VLLMModels
public import VLLMQuantization
public import VLLMScheduling
public import VLLMTypes

/// What other packages add to the engine, by name.
///
/// Register at the very start of a program, before an engine is made. A server's engine runs in a second process of
/// the same program, which registers the same; so a request or an option carries a name and never code. A name that is
/// registered again takes the place of the earlier one, and an architecture that of one of this program's own.
public enum PlugIns {
    /// Adds a logits processor.
    ///
    /// Requests name it in `SamplingParams.logitsProcessors` (over HTTP `logits_processors`);
    /// `EngineOptions.logitsProcessors` (`--logits-processors`) gives it to every request, with the request's
    /// `extraArguments` (`vllm_xargs`).
    ///
    /// - Parameter make: makes one for a sequence; nil where the request does not concern it. What it throws is
    ///   answered with 400.
    public static func register(
        logitsProcessor name: String,
        _ make: @escaping @Sendable (PlugInCall, SamplingParams) throws -> (any LogitsProcessor)?
    ) {
        table.withLock { $0.sampling.processors[name] = make }
    }

    /// Adds a sampler, which requests name in `SamplingParams.sampler` (over HTTP `sampler`).
    public static func register(
        sampler name: String,
        _ make: @escaping @Sendable (PlugInCall, SamplingParams) throws -> (any TokenSampler)?
    ) {
        table.withLock { $0.sampling.samplers[name] = make }
    }

    /// Adds a family of models, which is chosen by `architectures` in config.json.
    public static func register(architecture: Architecture) {
        table.withLock { $0.architectures.insert(architecture, at: 0) }
    }

    /// Adds a quantization scheme for checkpoints whose `quantization_config` names it as its `quant_method`.
    ///
    /// - Parameter make: reads the `quantization_config`.
    public static func register(
        quantization method: String,
        _ make: @escaping @Sendable (ConfigReader) throws -> any QuantizationScheme
    ) {
        table.withLock { $0.schemes[method] = make }
    }

    /// Adds a format of weights, which `EngineOptions.loadFormat` (`--load-format`) names.
    public static func register(loadFormat name: String, _ format: any LoadFormat) {
        table.withLock { $0.formats[name] = format }
    }

    /// Adds a policy for the cached blocks of keys and values, which `EngineOptions.kvEvictionPolicy`
    /// (`--kv-eviction-policy`) names.
    ///
    /// - Parameter make: makes the policy of an engine, which has seen no block yet.
    public static func register(
        kvEvictionPolicy name: String, _ make: @escaping @Sendable () -> any KVEvictionPolicy
    ) {
        table.withLock { $0.policies[name] = make }
    }

    struct Table: Sendable {
        var sampling = SamplingPlugIns()
        var architectures: [Architecture] = []
        var schemes: [String: @Sendable (ConfigReader) throws -> any QuantizationScheme] = [:]
        var formats: [String: any LoadFormat] = [:]
        var policies: [String: @Sendable () -> any KVEvictionPolicy] = [:]
    }

    private static let table = Mutex(Table())

    /// What is registered now.
    static var registered: Table { table.withLock { $0 } }
}

extension PlugIns.Table {
    /// The format of an option; nil for what this program reads itself.
    func format(_ name: String) throws(CheckpointError) -> (any LoadFormat)? {
        if EngineOptions.builtInLoadFormats.contains(name) { return nil }
        return try Self.look(up: name, in: formats, "--load-format", beside: EngineOptions.builtInLoadFormats)
    }

    /// The policy of an option; nil for the order of use.
    func policy(_ name: String) throws(CheckpointError) -> (@Sendable () -> any KVEvictionPolicy)? {
        guard name != "lru" else { return nil }
        return try Self.look(up: name, in: policies, "--kv-eviction-policy", beside: ["lru"])
    }

    /// How a checkpoint's weights are quantized; nil where they are not.
    func scheme(of checkpoint: Checkpoint) throws(CheckpointError) -> (any QuantizationScheme)? {
        let file = checkpoint.source.path(of: "config.json")
        let config = ConfigReader(checkpoint.config, file: file)
        guard let quantization = try config.nested("quantization_config") else { return nil }
        let method = try quantization.string("quant_method") ?? "unknown"
        guard let make = schemes[method] else {
            throw CheckpointError(
                file,
                "has quantized weights (quant_method \(method)), which are not supported yet; take a checkpoint in bfloat16, float16 or float32."
            )
        }
        return try CheckpointError.wrapping(file, "the quantization '\(method)' cannot be used") {
            try make(quantization)
        }
    }

    private static func look<Value>(
        up name: String, in table: [String: Value], _ flag: String, beside known: [String]
    ) throws(CheckpointError) -> Value {
        guard let value = table[name] else {
            let names = (known + table.keys.sorted()).joined(separator: ", ")
            throw CheckpointError(flag, "should be one of \(names), is '\(name)'.")
        }
        return value
    }
}
