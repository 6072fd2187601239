// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors
import VLLMTypes

/// One sequence's plug-ins, and where the sequence is.
///
/// SAFETY: a sequence has one row of logits in a step, a row is one thread's, and between steps the engine's thread
/// alone has it.
final class SequencePlugIns: LogitsHook, @unchecked Sendable {
    private var processors: [any LogitsProcessor]
    private var sampler: (any TokenSampler)?
    private let failure: RequestError?
    /// The next token's; set before each draw, and taken away behind it.
    var context: SamplingContext?

    init(processors: [any LogitsProcessor], sampler: (any TokenSampler)?) {
        self.processors = processors
        self.sampler = sampler
        failure = nil
    }

    /// Stands for plug-ins that could not be made: no token passes.
    init(failure: RequestError) {
        processors = []
        self.failure = failure
    }

    func edit(_ logits: inout MutableSpan<Float>) throws {
        if let failure { throw failure }
        guard let context else { return }
        for index in processors.indices { try processors[index].process(&logits, context) }
    }

    func choose(_ logits: Span<Float>) throws -> Int32? {
        guard let context else { return nil }
        return try sampler?.sample(logits, context)
    }
}
