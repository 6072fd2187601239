// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Tokenizer {
    /// Turns ids into text; ids without a token are left out.
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Parameter skipSpecialTokens: whether special tokens are left out too.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool = true) -> String {
        var output: [UInt8] = []
        if decoder.onlyRepairs {
            var bytes: [UInt8] = []
            for id in ids where table.exists(id) && !(skipSpecialTokens && table.isSpecial(id)) {
                bytes.append(contentsOf: table[id])
            }
            UTF8Repair.move(&bytes, isFinal: true, to: &output)
        } else {
            var detokenizer = IncrementalDetokenizer(self, skipSpecialTokens: skipSpecialTokens)
            for id in ids { detokenizer.push(id, to: &output) }
            detokenizer.finish(to: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Returns the bytes that a token contributes to a text in which it is not the first, or nil if the id
    /// has none.
    ///
    /// They need not be UTF-8: a token may be part of a character.
    public func tokenBytes(for id: Int32) -> [UInt8]? {
        guard table.exists(id) else { return nil }
        let token = Array(table[id])
        if decoder.readsBytes { return token }
        if decoder.stages.contains(where: { if case .byteFallback = $0 { true } else { false } }),
            let byte = ByteToken.byte(token)
        {
            return [byte]
        }
        // Behind another token, so that what only the first one loses stays.
        var state = decoder.initialState
        var output: [UInt8] = []
        do {
            try decoder.push([UInt8(ascii: "a")], &state, to: &output)
            let before = output.count
            try decoder.push(token, &state, to: &output)
            try decoder.finish(&state, to: &output)
            return Array(output[min(before + (decoder.separates ? 1 : 0), output.count)...])
        } catch {
            return token
        }
    }
}
