// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Memory that an encoding works in; kept between calls.
struct EncoderScratch: Sendable {
    var cache = WordCache()
    var characters = CharacterCache()
    /// The symbols of the word that is being merged.
    var symbols: [UInt32] = []
    /// For each symbol what it and the next merge into, as `MergeTable` gives it.
    var pairs: [UInt64] = []
    /// For long words: the symbols before and after each.
    var previous: [Int32] = []
    var next: [Int32] = []
    /// For long words: (rank << 32 | position), smallest first.
    var queue: [UInt64] = []
    /// What tokens that are only steps were last found to be made of.
    var splits: [UInt32: (UInt32, UInt32)] = [:]
    /// For unigram models: the best way to each position.
    var paths: [UnigramPath] = []
    /// Where the tokens of a way end, last first.
    var steps: [Int] = []
    var pieces: [Range<Int>] = []
    var sparePieces: [Range<Int>] = []

    /// Frees what a very long text or word has left behind.
    mutating func dropLargeBuffers() {
        let limit = 1 << 16
        if pieces.capacity > limit { pieces = [] }
        if sparePieces.capacity > limit { sparePieces = [] }
        if paths.capacity > limit { (paths, steps) = ([], []) }
        guard symbols.capacity > limit else { return }
        symbols = []
        pairs = []
        previous = []
        next = []
        queue = []
    }
}
