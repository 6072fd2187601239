// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

extension ContinuousClock.Instant: WireValue {
    package static var blank: ContinuousClock.Instant { .now }

    /// An instant crosses as its age, for clocks count from another start in each process.
    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        let age = (.now - self).components
        var nanoseconds = age.seconds * 1_000_000_000 + age.attoseconds / 1_000_000_000
        try nanoseconds.code(&coder)
        if coder.isReading { self = .now - .nanoseconds(nanoseconds) }
    }
}

extension EngineRequest: WireValue {
    package static var blank: EngineRequest {
        EngineRequest(id: .blank, promptTokenIDs: [], params: .blank)
    }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try id.code(&coder)
        try promptTokenIDs.code(&coder)
        try params.code(&coder)
        try sequenceIndex.code(&coder)
        try eosTokenIDs.code(&coder)
        try priority.code(&coder)
        try cacheSalt.code(&coder)
        try arrival.code(&coder)
    }
}

extension EngineCoreOutput: WireValue {
    package static var blank: EngineCoreOutput { EngineCoreOutput(id: .blank) }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try id.code(&coder)
        try numCachedTokens.code(&coder)
        try numPreemptions.code(&coder)
        try firstScheduled.code(&coder)
        // Nearly all outputs are one token and nothing else.
        var token: Int32? = isOneToken ? newTokenIDs.first : nil
        try token.code(&coder)
        if let token {
            newTokenIDs = IDList(token)
            return
        }
        var tokens = Array(newTokenIDs)
        try tokens.code(&coder)
        newTokenIDs = IDList(tokens)
        try logprobs.code(&coder)
        try finishReason.code(&coder)
        try stopReason.code(&coder)
        try failure.code(&coder)
        var start = promptLogprobs?.start
        var entries = promptLogprobs?.entries ?? []
        try start.code(&coder)
        try entries.code(&coder)
        promptLogprobs = start.map { ($0, entries) }
    }

    private var isOneToken: Bool {
        newTokenIDs.count == 1 && logprobs.isEmpty && promptLogprobs == nil && finishReason == nil
            && stopReason == nil && failure == nil
    }
}

extension StepOutput: WireValue {
    package static var blank: StepOutput {
        StepOutput(outputs: [], started: [], statistics: SchedulerStatistics(), numTokens: 0, failure: nil)
    }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try outputs.code(&coder)
        try started.code(&coder)
        try statistics.code(&coder)
        try numTokens.code(&coder)
        try failure.code(&coder)
    }
}

extension ModelInfo: WireValue {
    package static var blank: ModelInfo {
        ModelInfo(
            name: "", architecture: "", maxModelLen: 1, vocabularySize: 0, numericsID: "", numBlocks: 0,
            blockSize: 1, eosTokenIDs: [])
    }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try name.code(&coder)
        try architecture.code(&coder)
        try dtype.code(&coder)
        try quantization.code(&coder)
        try blockFormats.code(&coder)
        try configOverrides.code(&coder)
        try maxModelLen.code(&coder)
        try vocabularySize.code(&coder)
        try device.code(&coder)
        try numericsID.code(&coder)
        try numThreads.code(&coder)
        try weightMemory.code(&coder)
        try numBlocks.code(&coder)
        try blockSize.code(&coder)
        try kvBytesPerToken.code(&coder)
        try maxNumBatchedTokens.code(&coder)
        try maxNumSeqs.code(&coder)
        try eosTokenIDs.code(&coder)
        try defaultSamplingParams.code(&coder)
        try defaultMaxTokens.code(&coder)
        try weightBytesPerStep.code(&coder)
        try expertBytesPerStep.code(&coder)
        try expertShare.code(&coder)
        try multipliedWeights.code(&coder)
        try headWeights.code(&coder)
    }
}

extension LoadNote: WireValue {
    package static var blank: LoadNote { LoadNote(isWarning: false, text: "") }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try isWarning.code(&coder)
        try text.code(&coder)
    }
}

extension EngineOptions: WireValue {
    package static var blank: EngineOptions { EngineOptions(model: "") }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try model.code(&coder)
        try tokenizer.code(&coder)
        try revision.code(&coder)
        try dtype.code(&coder)
        try quantization.code(&coder)
        try maxModelLen.code(&coder)
        try allowsLongMaxModelLen.code(&coder)
        try maxNumSeqs.code(&coder)
        try maxNumBatchedTokens.code(&coder)
        try memoryUtilization.code(&coder)
        try kvCacheMemoryBytes.code(&coder)
        try numBlocksOverride.code(&coder)
        try blockSize.code(&coder)
        try enablePrefixCaching.code(&coder)
        try enableChunkedPrefill.code(&coder)
        try usesPriorities.code(&coder)
        try seed.code(&coder)
        try maxLogprobs.code(&coder)
        try numThreads.code(&coder)
        try instructionSet.code(&coder)
        try usesGenerationConfig.code(&coder)
        try generationConfigFolder.code(&coder)
        try hfOverrides.code(&coder)
        try overrideGenerationConfig.code(&coder)
        try logitsProcessors.code(&coder)
        try loadFormat.code(&coder)
        try packedCache.code(&coder)
        try kvEvictionPolicy.code(&coder)
        try availableMemory.code(&coder)
    }
}
