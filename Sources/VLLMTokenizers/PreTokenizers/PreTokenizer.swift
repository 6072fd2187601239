// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into the words that the model encodes one by one; made from a `PreTokenizerDefinition`.
struct PreTokenizer: Sendable {
    private let stages: [PreTokenizerStage]
    /// Whether the words are bytes: the last step was ByteLevel, and the model reads bytes itself.
    let endsInBytes: Bool

    /// Compiles a definition.
    ///
    /// - Parameter modelReadsBytes: whether the model can take bytes for the characters of the byte-level alphabet.
    init(_ definition: PreTokenizerDefinition?, modelReadsBytes: Bool) throws(TokenizerError) {
        var stages: [PreTokenizerStage] = []
        if let definition { stages = try PreTokenizerStage.stages(of: definition) }
        if modelReadsBytes, case .byteLevel? = stages.last {
            stages.removeLast()
            endsInBytes = true
        } else {
            endsInBytes = false
        }
        self.stages = stages
        // A byte becomes a character of one or two.
        let factors = stages.compactMap { stage in if case .byteLevel = stage { 2 } else { nil } }
        try TextGrowth.check(factors, context: "pre_tokenizer")
    }

    /// Cuts a text that is not empty, and returns the text that the pieces are ranges of if it is another
    /// one.
    ///
    /// - Parameters:
    ///   - isAtStart: whether the text begins the whole text, before which nothing stood.
    ///   - pieces: the words.
    ///   - spare: memory to work in.
    func split(
        _ text: Span<UInt8>, isAtStart: Bool, into pieces: inout [Range<Int>], spare: inout [Range<Int>]
    ) throws(TokenizerError) -> [UInt8]? {
        pieces.removeAll(keepingCapacity: true)
        pieces.append(0..<text.count)
        var rewritten: [UInt8]?
        var isFirst = isAtStart
        for stage in stages {
            let start = pieces.first?.lowerBound
            let output: [UInt8]? =
                if let current = rewritten {
                    try stage.apply(to: current.span, pieces: &pieces, isFirst: isFirst, spare: &spare)
                } else {
                    try stage.apply(to: text, pieces: &pieces, isFirst: isFirst, spare: &spare)
                }
            if let output {
                rewritten = output
            } else {
                isFirst = isFirst && pieces.first?.lowerBound == start
            }
        }
        return rewritten
    }
}
