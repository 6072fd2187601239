// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The steps that can work on parts of a token.
extension DecoderChain {
    /// Returns bytes with every occurrence of a text replaced.
    static func replacing(_ text: [UInt8], in bytes: [UInt8], with content: [UInt8]) -> [UInt8] {
        guard let first = text.first, bytes.contains(first) else { return bytes }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if bytes[position] == first, bytes[position...].starts(with: text) {
                output += content
                position += text.count
            } else {
                output.append(bytes[position])
                position += 1
            }
        }
        return output
    }

    /// Takes characters off a token's ends; those that may turn out to be the last ones wait.
    static func strip(
        _ part: [UInt8], ends: Bool, _ content: [UInt8], start: Int, stop: Int,
        _ step: inout DecoderState.Step
    ) -> [UInt8] {
        var text = part[...]
        while step.stripped >= 0, !text.isEmpty {
            if step.stripped < start, text.starts(with: content) {
                text = text.dropFirst(content.count)
                step.stripped += 1
            } else {
                step.stripped = -1
            }
        }
        var whole = step.pending + text
        var held = 0
        while held < stop, whole.suffix(content.count * (held + 1)).starts(with: content),
            whole.count >= content.count * (held + 1)
        {
            held += 1
        }
        let waiting = Array(whole.suffix(held * content.count))
        whole.removeLast(waiting.count)
        step.pending = ends ? [] : waiting
        if ends { step.stripped = 0 }
        return whole
    }

    /// Replaces matches in a token; in a part of one, what may be the beginning of a match waits.
    func replace(
        _ replacement: TextReplacement, _ part: [UInt8], ends: Bool, _ index: Int,
        _ state: inout DecoderState,
        _ output: inout [UInt8]
    ) throws(TokenizerError) {
        let whole = state.steps[index].pending + part
        state.steps[index].pending = []
        guard !ends, !whole.isEmpty else {
            try feed(
                try replacement.apply(to: whole.span) ?? whole, ends: ends, to: index + 1, &state, &output)
            return
        }
        guard case .string(let pattern) = replacement.matcher else {
            // A regular expression may look at anything: it waits for the end.
            state.steps[index].pending = whole
            return
        }
        var matches: [Range<Int>] = []
        try replacement.matcher.appendMatches(in: whole.span, 0..<whole.count, to: &matches)
        var certain = max(matches.last?.upperBound ?? 0, whole.count - pattern.count + 1)
        while certain < whole.count, !pattern.starts(with: whole[certain...]) { certain += 1 }
        state.steps[index].pending = Array(whole[certain...])
        let text = Array(whole[..<certain])
        try feed(try replacement.apply(to: text.span) ?? text, ends: false, to: index + 1, &state, &output)
    }
}
