// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Turns tokens into text, one by one; made from a `DecoderDefinition`.
///
/// Decoding a whole list is pushing every token and finishing, so streaming and whole decoding cannot differ.
/// Tokens pass from step to step; behind a step that makes one token of all, they pass in parts.
struct DecoderChain: Sendable {
    let stages: [DecoderStage]
    /// Whether tokens are joined with spaces, because there is no decoder.
    let separates: Bool
    /// Whether tokens are given as bytes, because the first step is ByteLevel.
    let readsBytes: Bool
    /// Whether all there is to do is to repair bytes.
    let onlyRepairs: Bool

    init(_ definition: DecoderDefinition?) throws(TokenizerError) {
        stages = if let definition { try DecoderStage.stages(of: definition) } else { [] }
        let factors = stages.compactMap { stage in
            if case .replace(let replacement) = stage { replacement.growth } else { nil }
        }
        try TextGrowth.check(factors, context: "decoder")
        separates = definition == nil
        if case .byteLevel? = stages.first { readsBytes = true } else { readsBytes = false }
        onlyRepairs = readsBytes && stages.count == 1
    }

    /// The state before any token.
    var initialState: DecoderState { DecoderState(stepCount: stages.count) }

    /// Decodes one token and appends the text that is certain now.
    func push(_ token: [UInt8], _ state: inout DecoderState, to output: inout [UInt8]) throws(TokenizerError)
    {
        if separates {
            if state.hasToken { output.append(0x20) }
            state.hasToken = true
        }
        try feed(token, ends: true, to: 0, &state, &output)
    }

    /// Ends the list of tokens and appends the text that waited.
    func finish(_ state: inout DecoderState, to output: inout [UInt8]) throws(TokenizerError) {
        for index in stages.indices { try flush(index, &state, &output) }
    }

    /// Gives a token, or with `ends` false a part of one, to a step.
    func feed(
        _ part: [UInt8], ends: Bool, to index: Int, _ state: inout DecoderState, _ output: inout [UInt8]
    ) throws(TokenizerError) {
        guard index < stages.count else {
            output.append(contentsOf: part)
            return
        }
        switch stages[index] {
        case .fuse:
            try feed(part, ends: false, to: index + 1, &state, &output)
        case .metaspace(let replacement, let dropsFirst):
            let isFirst = state.steps[index].tokenCount == 0
            let text = Self.replacing(replacement, in: part, with: isFirst && dropsFirst ? [] : [0x20])
            if ends { state.steps[index].tokenCount += 1 }
            try feed(text, ends: ends, to: index + 1, &state, &output)
        case .strip(let content, let start, let stop):
            let text = Self.strip(part, ends: ends, content, start: start, stop: stop, &state.steps[index])
            try feed(text, ends: ends, to: index + 1, &state, &output)
        case .replace(let replacement):
            try replace(replacement, part, ends: ends, index, &state, &output)
        case .byteLevel, .byteFallback, .leadingSpaces, .wordPiece, .bytePairEncoding:
            // These read whole tokens.
            guard ends else {
                state.steps[index].pending += part
                return
            }
            try token(part, index, &state, &output)
        }
    }

    /// Gives a whole token to a step that needs one.
    private func token(
        _ token: [UInt8], _ index: Int, _ state: inout DecoderState, _ output: inout [UInt8]
    ) throws(TokenizerError) {
        switch stages[index] {
        case .byteLevel:
            if index == 0
                || !ByteLevelAlphabet.appendBytes(
                    of: token.span, 0..<token.count, to: &state.steps[index].pending)
            {
                state.steps[index].pending += token
            }
            var text: [UInt8] = []
            UTF8Repair.move(&state.steps[index].pending, isFinal: false, to: &text)
            try feed(text, ends: false, to: index + 1, &state, &output)
        case .byteFallback:
            if let byte = ByteToken.byte(token) {
                state.steps[index].pending.append(byte)
            } else {
                try flushBytes(index, &state, &output)
                try feed(token, ends: true, to: index + 1, &state, &output)
            }
        case .leadingSpaces:
            let drops = state.steps[index].tokenCount == 0 && token.first == 0x20
            let text = drops ? Array(token.dropFirst()) : token
            if !text.isEmpty { state.steps[index].tokenCount += 1 }
            try feed(text, ends: true, to: index + 1, &state, &output)
        case .wordPiece(let prefix, let cleanup):
            let isFirst = state.steps[index].tokenCount == 0
            state.steps[index].tokenCount += 1
            let text = WordPieceDecoding.text(of: token, prefix: prefix, cleanup: cleanup, isFirst: isFirst)
            try feed(text, ends: true, to: index + 1, &state, &output)
        case .bytePairEncoding(let suffix):
            if state.steps[index].holdsToken {
                let held = Self.replacing(suffix, in: state.steps[index].pending, with: [0x20])
                try feed(held, ends: true, to: index + 1, &state, &output)
            }
            state.steps[index].pending = token
            state.steps[index].holdsToken = true
        default:
            try feed(token, ends: true, to: index + 1, &state, &output)
        }
    }

    /// Ends a step: what waits in it goes on, and a joined token ends.
    private func flush(
        _ index: Int, _ state: inout DecoderState, _ output: inout [UInt8]
    ) throws(TokenizerError) {
        switch stages[index] {
        case .byteLevel:
            var text: [UInt8] = []
            UTF8Repair.move(&state.steps[index].pending, isFinal: true, to: &text)
            try feed(text, ends: true, to: index + 1, &state, &output)
        case .fuse:
            try feed([], ends: true, to: index + 1, &state, &output)
        case .byteFallback:
            try flushBytes(index, &state, &output)
        case .bytePairEncoding(let suffix):
            guard state.steps[index].holdsToken else { return }
            state.steps[index].holdsToken = false
            let last = Self.replacing(suffix, in: state.steps[index].pending, with: [])
            try feed(last, ends: true, to: index + 1, &state, &output)
        case .leadingSpaces, .metaspace, .replace, .strip, .wordPiece:
            break
        }
    }

    /// Gives the bytes that waited on: as text if they are UTF-8, else each as U+FFFD.
    private func flushBytes(
        _ index: Int, _ state: inout DecoderState, _ output: inout [UInt8]
    ) throws(TokenizerError) {
        let bytes = state.steps[index].pending
        guard !bytes.isEmpty else { return }
        state.steps[index].pending = []
        if UTF8Repair.isValid(bytes) {
            try feed(bytes, ends: true, to: index + 1, &state, &output)
        } else {
            for _ in bytes { try feed([0xEF, 0xBF, 0xBD], ends: true, to: index + 1, &state, &output) }
        }
    }
}
