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
    var pieces: [Range<Int>] = []
    var sparePieces: [Range<Int>] = []

    /// Frees what a very long text or word has left behind.
    mutating func dropLargeBuffers() {
        let limit = 1 << 16
        if pieces.capacity > limit { pieces = [] }
        if sparePieces.capacity > limit { sparePieces = [] }
        guard symbols.capacity > limit else { return }
        symbols = []
        pairs = []
        previous = []
        next = []
        queue = []
    }
}
