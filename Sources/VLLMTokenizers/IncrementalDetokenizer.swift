// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Turns a growing list of ids into text, piece by piece.
///
/// The pieces, with the one of `finish`, are together what decoding all ids gives, and each is final. What is
/// not certain waits: the bytes of half a character, and where the decoder has byte tokens (`<0x0A>`), a run
/// of them, because one wrong byte spoils the run. Constant time a token, amortized.
public struct IncrementalDetokenizer: Sendable {
    /// How many tokens before the first one can matter.
    private static let contextLength = 64

    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool
    private var state: DecoderState

    /// Starts before any token.
    ///
    /// - Parameter skipSpecialTokens: whether special tokens are left out of the text.
    public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        state = tokenizer.decoder.initialState
    }

    /// Starts behind the tokens of a prompt, whose text is not returned.
    ///
    /// A space with which the first token behind the prompt begins is kept. If the prompt ends in half a
    /// character, the token that completes it gives all of it.
    public init(
        _ tokenizer: Tokenizer, after prompt: some BidirectionalCollection<Int32>,
        skipSpecialTokens: Bool = true
    ) {
        self.init(tokenizer, skipSpecialTokens: skipSpecialTokens)
        var text: [UInt8] = []
        for id in prompt.suffix(Self.contextLength) { push(id, to: &text) }
    }

    /// Takes the next id and returns the text that is now certain, which may be empty.
    public mutating func push(_ id: Int32) -> String {
        var output: [UInt8] = []
        push(id, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Ends the list and returns the text that waited; half a character becomes U+FFFD.
    ///
    /// The detokenizer then stands before a first token again.
    public mutating func finish() -> String {
        var output: [UInt8] = []
        finish(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Takes the next id and appends the text that is now certain.
    mutating func push(_ id: Int32, to output: inout [UInt8]) {
        let table = tokenizer.table
        guard table.exists(id), !(skipSpecialTokens && table.isSpecial(id)) else { return }
        do {
            try tokenizer.decoder.push(Array(table[id]), &state, to: &output)
        } catch {
            // Only a pattern that exceeds its matching limit fails; the token is then given as it is.
            output.append(contentsOf: table[id])
        }
    }

    /// Ends the list and appends the text that waited.
    mutating func finish(to output: inout [UInt8]) {
        try? tokenizer.decoder.finish(&state, to: &output)
        state = tokenizer.decoder.initialState
    }
}
