// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON
package import VLLMTensors
package import VLLMTypes

extension FinishReason: WireChoice {
    package static var blank: FinishReason { .stop }
}

extension DType: WireChoice {
    package static var blank: DType { .float32 }
}

extension EngineOptions.DTypeChoice: WireChoice {
    package static var blank: Self { .auto }
}

extension StopReason: WireValue {
    package static var blank: StopReason { .token(0) }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var token: Int32?
        var text: String?
        switch self {
        case .token(let value): token = value
        case .string(let value): text = value
        }
        try token.code(&coder)
        try text.code(&coder)
        self = text.map { .string($0) } ?? .token(token ?? 0)
    }
}

extension SequenceID: WireValue {
    package static var blank: SequenceID { SequenceID(0) }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var value = rawValue
        try value.code(&coder)
        self = SequenceID(value)
    }
}

extension TokenLogprob: WireValue {
    package static var blank: TokenLogprob { TokenLogprob(tokenID: 0, logprob: 0, rank: 0) }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try tokenID.code(&coder)
        try logprob.code(&coder)
        try rank.code(&coder)
    }
}

extension PositionLogprobs: WireValue {
    package static var blank: PositionLogprobs { PositionLogprobs(chosen: .blank, top: []) }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try chosen.code(&coder)
        try top.code(&coder)
    }
}

extension SamplingParams: WireValue {
    package static var blank: SamplingParams { SamplingParams() }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try n.code(&coder)
        try temperature.code(&coder)
        try topK.code(&coder)
        try topP.code(&coder)
        try minP.code(&coder)
        try presencePenalty.code(&coder)
        try frequencyPenalty.code(&coder)
        try repetitionPenalty.code(&coder)
        try logitBias.code(&coder)
        try allowedTokenIDs.code(&coder)
        try badWords.code(&coder)
        try badWordsTokenIDs.code(&coder)
        try minTokens.code(&coder)
        try maxTokens.code(&coder)
        try stop.code(&coder)
        try stopTokenIDs.code(&coder)
        try ignoreEOS.code(&coder)
        try includeStopStringInOutput.code(&coder)
        try seed.code(&coder)
        try logprobs.code(&coder)
        try promptLogprobs.code(&coder)
        try skipSpecialTokens.code(&coder)
        try detokenize.code(&coder)
        try logitsProcessors.code(&coder)
        try sampler.code(&coder)
        try extraArguments.code(&coder)
        try outputKind.code(&coder)
    }
}

extension PlugInCall: WireValue {
    package static var blank: PlugInCall { PlugInCall("") }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try name.code(&coder)
        try arguments.code(&coder)
    }
}

extension JSONObject: WireValue {
    package static var blank: JSONObject { JSONObject() }

    /// An object crosses as its text; nothing at all for the empty one, which most are.
    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var text = coder.isReading || isEmpty ? "" : JSONWriter().string(.object(self))
        try text.code(&coder)
        guard coder.isReading, !text.isEmpty else { return }
        guard let object = try? JSONParser.parse(text).objectValue else {
            throw WireError(description: "an object that is not JSON")
        }
        self = object
    }
}

extension SamplingParams.OutputKind: WireChoice {
    package static var blank: Self { .cumulative }
}

extension SchedulerStatistics: WireValue {
    package static var blank: SchedulerStatistics { SchedulerStatistics() }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        try numRunning.code(&coder)
        try numWaiting.code(&coder)
        try numBlocks.code(&coder)
        try numUsedBlocks.code(&coder)
        try prefixCacheQueries.code(&coder)
        try prefixCacheHits.code(&coder)
        try numPreemptions.code(&coder)
    }
}
