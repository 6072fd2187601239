// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

extension ScheduledSequence {
    /// Takes the result of a chunk, and returns what the front end is to know; nil where that is nothing.
    ///
    /// An output with a finish reason is the last one: the blocks are then to be freed.
    mutating func update(
        _ result: borrowing ModelRunnerOutput.Result, for chunk: borrowing SchedulerOutput.Chunk,
        in kvCache: inout KVCacheManager, maximumLength: Int
    ) -> EngineCoreOutput? {
        var output = EngineCoreOutput(id: request.id)
        output.numCachedTokens = numCachedTokens
        output.numPreemptions = numPreemptions
        output.firstScheduled = firstScheduled
        output.failure = result.failure
        let token = result.sampledTokenIDs.first
        if chunk.samples, token == nil, output.failure == nil { output.failure = "no token was sampled" }
        guard output.failure == nil else {
            output.finishReason = .error
            return output
        }
        numComputedTokens += chunk.numTokens
        publish(in: &kvCache)
        output.promptLogprobs = takePromptLogprobs(result.promptLogprobs)
        guard chunk.samples, let token else { return output.promptLogprobs == nil ? nil : output }
        tokenIDs.append(token)
        output.newTokenIDs = IDList(token)
        output.logprobs = result.logprobs
        if let stop = stop(after: token, maximumLength: maximumLength) {
            (output.finishReason, output.stopReason) = (stop.reason, stop.stopReason)
        }
        return output
    }

    /// Publishes the blocks that have become full: only now have their tokens keys and values.
    private mutating func publish(in kvCache: inout KVCacheManager) {
        // The copy shares the storage; a span of the property would borrow the table too.
        let tokenIDs = tokenIDs
        kvCache.publish(
            &blockTable, tokenIDs: tokenIDs.span, salt: request.cacheSalt,
            numComputedTokens: numComputedTokens)
    }

    /// Returns the log-probabilities that have not left the engine before: a preempted prompt is computed
    /// again.
    private mutating func takePromptLogprobs(
        _ computed: (start: Int, entries: [PositionLogprobs])?
    ) -> (start: Int, entries: [PositionLogprobs])? {
        guard let computed else { return nil }
        let end = computed.start + computed.entries.count
        let start = max(computed.start, nextPromptLogprob)
        guard start < end else { return nil }
        nextPromptLogprob = end
        return (start, Array(computed.entries.dropFirst(start - computed.start)))
    }

    /// Returns why the last token ends the sequence, in vLLM's order; nil where it does not.
    private func stop(
        after token: Int32, maximumLength: Int
    ) -> (reason: FinishReason, stopReason: StopReason?)? {
        let numOutputTokens = tokenIDs.count - request.promptTokenIDs.count
        if numOutputTokens >= request.params.minTokens {
            if !request.params.ignoreEOS, request.eosTokenIDs.contains(token) { return (.stop, nil) }
            if request.params.stopTokenIDs.contains(token) { return (.stop, .token(token)) }
        }
        if tokenIDs.count >= maximumLength { return (.length, nil) }
        if let maxTokens = request.params.maxTokens, numOutputTokens >= maxTokens { return (.length, nil) }
        return nil
    }
}
