// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTokenizers
import VLLMTypes

/// What the engine says of one sequence of a request.
struct SequenceEvent: Sendable {
    var index: Int
    var output: EngineCoreOutput
    var time: ContinuousClock.Instant
}

/// Turns the engine's tokens into a request's outputs: text, stop strings, log-probabilities, the reason of the end.
///
/// A value without side effects but metrics; whoever drives it cancels the sequences it names.
struct OutputAssembler {
    /// One of the request's sequences.
    private struct Sequence {
        var detokenizer: IncrementalDetokenizer?
        var matcher: StopStringMatcher
        var output: CompletionOutput
        var numTokens = 0
        var cumulativeLogprob = 0.0
        var numPreemptions = 0
        var times: RequestMetrics
    }

    private let request: ProcessedRequest
    private let metrics: EngineMetrics
    private var sequences: [Sequence]
    private var promptLogprobs: [PositionLogprobs?]?
    private var hasSentPrompt = false
    private var numCachedTokens = 0
    private var numFinished = 0
    /// Why the engine failed, where it did.
    private(set) var failure: String?
    /// A sequence that a stop string ended, and which the engine still runs.
    private(set) var stoppedSequence: Int?

    init(_ request: ProcessedRequest, tokenizer: Tokenizer?, metrics: EngineMetrics) {
        self.request = request
        self.metrics = metrics
        let params = request.params
        sequences = (0..<params.n).map { index in
            Sequence(
                detokenizer: params.detokenize ? tokenizer.map { request.makeDetokenizer($0) } : nil,
                matcher: StopStringMatcher(
                    stops: params.stop, includesStop: params.includeStopStringInOutput),
                output: CompletionOutput(index: index, logprobs: params.logprobs == nil ? nil : []),
                times: RequestMetrics(arrival: request.arrival))
        }
        if params.promptLogprobs != nil {
            promptLogprobs = [PositionLogprobs?](repeating: nil, count: request.promptTokenIDs.count)
        }
    }

    /// True once every sequence has ended.
    var isFinished: Bool { numFinished == sequences.count }

    /// Takes in an event; gives what the request's stream shall yield, if anything.
    ///
    /// Tokens that come together, for the reader was slow, are taken in one by one, so that stop strings are found at
    /// the same token.
    mutating func take(_ event: SequenceEvent) -> RequestOutput? {
        guard event.output.newTokenIDs.count > 1 else { return takeOne(event) }
        var joined: RequestOutput?
        for single in event.singles {
            let output = takeOne(single)
            if joined == nil || request.params.outputKind != .delta {
                joined = output ?? joined
            } else if let output {
                joined?.append(output)
            }
            if sequences[event.index].output.finishReason != nil { break }
        }
        return joined
    }

    private mutating func takeOne(_ event: SequenceEvent) -> RequestOutput? {
        stoppedSequence = nil
        guard sequences[event.index].output.finishReason == nil else { return nil }
        let output = event.output
        numCachedTokens = max(numCachedTokens, output.numCachedTokens)
        if let (start, entries) = output.promptLogprobs {
            for (offset, entry) in entries.enumerated() where start + offset < request.promptTokenIDs.count {
                promptLogprobs?[start + offset] = entry
            }
        }
        if let message = output.failure { failure = message }
        guard !output.newTokenIDs.isEmpty || output.finishReason != nil else { return nil }
        let text = append(event)
        if sequences[event.index].output.finishReason != nil { finish(event.index) }
        return makeOutput(event, newText: text)
    }

    /// Adds an event's tokens to its sequence and gives the new text.
    private mutating func append(_ event: SequenceEvent) -> String {
        let output = event.output
        var sequence = sequences[event.index]
        recordTimes(event, &sequence)
        sequence.numTokens += output.newTokenIDs.count
        sequence.numPreemptions = output.numPreemptions
        sequence.output.tokenIDs += output.newTokenIDs
        sequence.output.logprobs?.append(contentsOf: output.logprobs)
        for entry in output.logprobs { sequence.cumulativeLogprob += Double(entry.chosen.logprob) }
        if request.params.logprobs != nil { sequence.output.cumulativeLogprob = sequence.cumulativeLogprob }
        let isStopToken = output.finishReason == .stop
        var text = ""
        for (offset, token) in output.newTokenIDs.enumerated() {
            // The token that stops a sequence is no part of its text, unless asked for.
            let isLast = isStopToken && offset == output.newTokenIDs.count - 1
            if isLast, !request.params.includeStopStringInOutput { continue }
            text += sequence.detokenizer?.push(token) ?? ""
        }
        if output.finishReason != nil { text += sequence.detokenizer?.finish() ?? "" }
        let matched = sequence.matcher.push(
            text, isLast: output.finishReason != nil, isExempt: sequence.numTokens <= request.params.minTokens
        )
        sequence.output.text += matched.text
        sequence.output.finishReason = output.finishReason
        sequence.output.stopReason = output.stopReason
        if let stop = matched.matched {
            if output.finishReason == nil { stoppedSequence = event.index }
            sequence.output.finishReason = .stop
            sequence.output.stopReason = .string(stop)
        }
        sequences[event.index] = sequence
        return matched.text
    }

    private func recordTimes(_ event: SequenceEvent, _ sequence: inout Sequence) {
        sequence.times.firstScheduled = sequence.times.firstScheduled ?? event.output.firstScheduled
        guard !event.output.newTokenIDs.isEmpty else { return }
        let previous = sequence.times.lastToken ?? request.arrival
        metrics.recordToken(
            after: event.time - previous, isFirst: sequence.times.firstToken == nil,
            promptTokens: event.index == 0 ? request.promptTokenIDs.count : 0)
        sequence.times.firstToken = sequence.times.firstToken ?? event.time
        sequence.times.lastToken = event.time
    }

    private mutating func finish(_ index: Int) {
        numFinished += 1
        let sequence = sequences[index]
        metrics.recordEnd(
            sequence.output.finishReason ?? .abort, promptTokens: request.promptTokenIDs.count,
            cachedTokens: index == 0 ? numCachedTokens : 0, tokens: sequence.numTokens,
            preemptions: sequence.numPreemptions, sequence.times)
    }

    private mutating func makeOutput(_ event: SequenceEvent, newText: String) -> RequestOutput? {
        var outputs: [CompletionOutput]
        switch request.params.outputKind {
        case .finalOnly:
            guard isFinished else { return nil }
            outputs = sequences.map(\.output)
        case .cumulative:
            outputs = sequences.map(\.output)
        case .delta:
            var delta = sequences[event.index].output
            delta.text = newText
            delta.tokenIDs = Array(event.output.newTokenIDs)
            if delta.logprobs != nil { delta.logprobs = event.output.logprobs }
            outputs = [delta]
            // What was given out is not needed again.
            sequences[event.index].output.text = ""
            sequences[event.index].output.tokenIDs = []
            if delta.logprobs != nil { sequences[event.index].output.logprobs = [] }
        }
        let sendsPrompt = request.params.outputKind != .delta || !hasSentPrompt
        hasSentPrompt = true
        return RequestOutput(
            requestID: request.id, prompt: request.prompt, promptTokenIDs: request.promptTokenIDs,
            promptLogprobs: sendsPrompt ? promptLogprobs : nil, outputs: outputs, finished: isFinished,
            numCachedTokens: numCachedTokens, metrics: isFinished ? sequences[event.index].times : nil)
    }
}

extension SequenceEvent {
    /// The same as events of one token each.
    fileprivate var singles: [SequenceEvent] {
        output.newTokenIDs.indices.map { place in
            var single = self
            single.output.newTokenIDs = IDList(output.newTokenIDs[place])
            single.output.logprobs = place < output.logprobs.count ? [output.logprobs[place]] : []
            if place > 0 { single.output.promptLogprobs = nil }
            if place < output.newTokenIDs.count - 1 {
                (single.output.finishReason, single.output.stopReason, single.output.failure) = (
                    nil, nil, nil
                )
            }
            return single
        }
    }
}

extension RequestOutput {
    /// Adds a later delta of the same sequence.
    fileprivate mutating func append(_ later: RequestOutput) {
        finished = later.finished
        metrics = later.metrics
        guard let delta = later.outputs.first, !outputs.isEmpty else { return }
        outputs[0].text += delta.text
        outputs[0].tokenIDs += delta.tokenIDs
        if let logprobs = delta.logprobs { outputs[0].logprobs = (outputs[0].logprobs ?? []) + logprobs }
        outputs[0].cumulativeLogprob = delta.cumulativeLogprob
        outputs[0].finishReason = delta.finishReason
        outputs[0].stopReason = delta.stopReason
    }
}
