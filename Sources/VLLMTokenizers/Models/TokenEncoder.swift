// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The model of a tokenizer: turns words into ids, each for itself.
protocol TokenEncoder: Sendable {
    /// The vocabulary as its file has it.
    var tokens: TokenTable { get }

    /// Appends the ids of words of a text.
    func encode(
        _ text: Span<UInt8>, _ words: [Range<Int>], _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError)

    /// Appends the ids of a word that is not remembered.
    func encodeAnew(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError)
}

extension TokenEncoder {
    func encode(
        _ text: Span<UInt8>, _ words: [Range<Int>], _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        for word in words { try encodeRemembering(text, word, &scratch, into: &ids) }
    }

    /// Appends the ids of a word, and remembers those of a short one.
    @inline(__always)
    func encodeRemembering(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        guard word.count <= WordCache.longestWord else {
            return try encodeAnew(text, word, &scratch, into: &ids)
        }
        let key = WordCache.Key(text, word)
        if scratch.cache.append(key, to: &ids) { return }
        let start = ids.count
        try encodeAnew(text, word, &scratch, into: &ids)
        if ids.count > start, ids.count - start <= WordCache.mostIDs {
            scratch.cache.insert(key, ids[start...])
        }
    }
}
