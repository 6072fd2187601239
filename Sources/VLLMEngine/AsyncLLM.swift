// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMExecution
public import VLLMTokenizers
public import VLLMTypes

/// An engine that serves many requests at once, for servers; `LLM` is its face for batches.
public final class AsyncLLM: Sendable {
    /// What is known of the model.
    public let info: ModelInfo
    /// The model's tokenizer, where it has one.
    public let tokenizer: Tokenizer?
    package let metrics: EngineMetrics
    private let client: any EngineClient
    private let registry: RequestRegistry
    private let processor: InputProcessor
    private let nextSequence = Atomic<UInt64>(0)
    private let seed: Int64

    /// Joins an engine with its front end.
    init(
        _ launched: Launched, info: ModelInfo, tokenizer: Tokenizer?, maxLogprobs: Int, seed: Int64,
        logitsProcessors: [String] = []
    ) {
        self.info = info
        self.tokenizer = tokenizer
        client = launched.client
        registry = launched.registry
        metrics = launched.metrics
        self.seed = seed
        processor = InputProcessor(
            info: info, tokenizer: tokenizer, maxLogprobs: maxLogprobs, logitsProcessors: logitsProcessors,
            plugIns: PlugIns.registered.sampling)
    }

    deinit { client.send(.stop) }

    /// Starts an engine from parts built on its own thread: the seam for scripted engines.
    package static func start(
        tokenizer: Tokenizer?, maxLogprobs: Int = 20, seed: Int64 = 0, limits: QueueLimits = QueueLimits(),
        build: @escaping @Sendable () throws -> (EngineParts, ModelInfo)
    ) async throws -> AsyncLLM {
        let launched = try await launch(limits: limits, build: build)
        return AsyncLLM(
            launched, info: launched.info, tokenizer: tokenizer, maxLogprobs: maxLogprobs, seed: seed)
    }

    /// An engine that runs, before it has a tokenizer.
    struct Launched {
        let info: ModelInfo
        let client: any EngineClient
        let registry: RequestRegistry
        let metrics: EngineMetrics
    }

    /// Starts the engine thread.
    static func launch(
        limits: QueueLimits,
        build: @escaping @Sendable () throws -> (EngineParts, ModelInfo)
    ) async throws -> Launched {
        let registry = RequestRegistry(limits: limits)
        let metrics = Mutex<EngineMetrics?>(nil)
        let (client, info) = try await EngineThread.start(
            build: {
                let (parts, info) = try build()
                metrics.withLock { $0 = EngineMetrics(info) }
                return (parts, info)
            },
            publish: { step in
                metrics.withLock { $0 }?.record(step)
                registry.publish(step)
            })
        let collected = metrics.withLock { $0 } ?? EngineMetrics(info)
        return Launched(info: info, client: client, registry: registry, metrics: collected)
    }

    /// Starts the engine in a process of its own, which is started again when it dies.
    ///
    /// - Parameter path: the checkpoint's folder; nil for the one that is part of the program.
    static func launchProcess(
        path: String?, _ options: EngineOptions,
        stateChanged: @escaping @Sendable (EngineState) -> Void,
        note: @escaping @Sendable (LoadNote) -> Void,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws -> Launched {
        let registry = RequestRegistry(limits: options.queueLimits)
        let parts = Mutex<(metrics: EngineMetrics, client: any EngineClient)?>(nil)
        let (client, info) = try await EngineProcess.start(path: path, options: options) { event in
            let parts = parts.withLock { $0 }
            switch event {
            case .progress(let done, let total): progress(done, total)
            case .note(let text): note(text)
            case .step(let step):
                parts?.metrics.record(step)
                for id in registry.publish(step) { parts?.client.send(.abort(id)) }
            case .died(let reason):
                parts?.metrics.recordDeath()
                registry.engineChanged(to: .restarting(reason))
                stateChanged(.restarting(reason))
            case .restarted:
                registry.engineChanged(to: .running)
                stateChanged(.running)
            }
        }
        let metrics = EngineMetrics(info)
        parts.withLock { $0 = (metrics, client) }
        return Launched(info: info, client: client, registry: registry, metrics: metrics)
    }

    /// Takes a request in and gives its outputs as they come; throws at once if it can not be served.
    ///
    /// - Parameters:
    ///   - addSpecialTokens: puts the tokens in front of a text that the tokenizer's template asks for.
    ///   - priority: lower comes first, where the engine was set up to look at it.
    ///   - cacheSalt: requests with different salts share no cached prefix.
    public func generate(
        _ prompt: Prompt, _ params: SamplingParams, requestID: String, addSpecialTokens: Bool = true,
        priority: Int = 0,
        cacheSalt: String? = nil
    ) throws(RequestError) -> RequestStream {
        let first = nextSequence.add(UInt64(max(params.n, 1)), ordering: .relaxed).oldValue
        let request = try processor.process(
            prompt, params, id: requestID, addSpecialTokens: addSpecialTokens, seed: drawSeed(first))
        let ids = (0..<UInt64(request.params.n)).map { SequenceID(first + $0) }
        let events = EventQueue()
        try registry.add(
            ids, promptTokens: request.promptTokenIDs.count, stream: events)
        metrics.recordArrival(numSequences: ids.count, maxTokens: request.params.maxTokens ?? 0)
        events.onEnd { [weak self, metrics] in
            for id in ids where self?.abort(id) == true { metrics.recordAbort() }
        }
        for (index, id) in ids.enumerated() {
            client.send(
                .add(
                    EngineRequest(
                        id: id, promptTokenIDs: request.promptTokenIDs, params: request.params,
                        sequenceIndex: index,
                        eosTokenIDs: info.eosTokenIDs, priority: priority, cacheSalt: cacheSalt,
                        arrival: request.arrival)))
        }
        return RequestStream(
            events: EventReader(events), request: request, tokenizer: tokenizer, metrics: metrics,
            abort: { [weak self] index in self?.abort(ids[index]) })
    }

    /// Sequences that have not ended.
    public var numUnfinished: Int { registry.count }

    /// What has been counted and timed so far.
    public var statistics: MetricsSnapshot {
        var snapshot = metrics.snapshot
        let rejected = registry.numRejected
        snapshot.numRejected = RequestQueue.Limit.allCases.map { ($0.rawValue, rejected[$0] ?? 0) }
        return snapshot
    }

    /// The process that the engine has for itself, or nil where it runs in this one.
    public var engineProcessID: Int32? { client.processID }

    /// Whether the engine takes requests.
    public var state: EngineState { registry.engineState }

    /// Ends every request with the reason `abort`.
    public func abortAll() {
        for id in registry.abortAll() { client.send(.abort(id)) }
    }

    /// Forgets all cached prefixes.
    public func resetPrefixCache() { client.send(.resetPrefixCache) }

    /// Ends the engine; what still runs is aborted.
    public func shutdown() async {
        abortAll()
        await client.shutdown()
    }

    /// Ends a sequence; false if it had ended.
    @discardableResult
    private func abort(_ id: SequenceID) -> Bool {
        guard registry.remove(id) else { return false }
        client.send(.abort(id))
        return true
    }

    /// A seed for a request without one: the same for the same engine seed and order of requests.
    private func drawSeed(_ sequence: UInt64) -> Int64 {
        let draw = RandomStream.uniform(
            seed: UInt64(bitPattern: seed), sequence: -1, position: Int(truncatingIfNeeded: sequence))
        return Int64(draw * 0x1p53)
    }
}
