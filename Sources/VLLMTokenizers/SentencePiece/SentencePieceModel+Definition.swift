// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension TokenizerDefinition {
    /// Describes a SentencePiece tokenizer.
    ///
    /// Control and unknown pieces are special tokens; those that users defined are found by the model itself.
    ///
    /// - Parameter precision: in what numbers a unigram model sums scores.
    static func sentencePiece(
        _ pieces: PieceList, isUnigram: Bool, byteFallback: Bool, normalization: SentencePieceNormalization,
        precision: UnigramDefinition.Precision, roles: TokenRoles
    ) -> TokenizerDefinition {
        let unknown = pieces.kinds.firstIndex(of: .unknown)
        let model: ModelDefinition
        if isUnigram {
            model = .unigram(
                UnigramDefinition(
                    pieces: pieces, unknownID: unknown.map { pieces.tokens.ids[$0] },
                    byteFallback: byteFallback, precision: precision))
        } else {
            let mergeable: Set<PieceKind> = [.normal, .userDefined, .unused]
            let ranks = MergeRule.ranks(ofScores: pieces.scores) { mergeable.contains(pieces.kinds[$0]) }
            let unused = pieces.kinds.indices.filter { pieces.kinds[$0] == .unused }
            model = .bytePairEncoding(
                BytePairEncodingDefinition(
                    vocabulary: pieces.tokens, merges: ranks, unknownToken: unknown.map { pieces.text($0) },
                    fusesUnknown: true, byteFallback: byteFallback,
                    protectedTokens: pieces.texts(of: .userDefined),
                    unusedIDs: Set(unused.map { pieces.tokens.ids[$0] })))
        }
        let special = pieces.kinds.indices.filter {
            pieces.kinds[$0] == .control || pieces.kinds[$0] == .unknown
        }
        return TokenizerDefinition(
            model: model, normalizer: .sentencePiece(normalization),
            decoder: .sequence(decoders(normalization, byteFallback: byteFallback)),
            addedTokens: special.map { AddedToken(pieces.text($0), isSpecial: true) }, roles: roles)
    }

    /// What turns pieces into text: spaces for U+2581, bytes, and the space that was put in front goes.
    private static func decoders(
        _ normalization: SentencePieceNormalization, byteFallback: Bool
    ) -> [DecoderDefinition] {
        var steps: [DecoderDefinition] = []
        if normalization.escapesWhitespace { steps.append(.replace(.string("▁"), content: " ")) }
        if byteFallback { steps.append(.byteFallback) }
        if normalization.removesExtraWhitespace {
            return steps + [.leadingSpaces, .fuse]
        }
        steps.append(.fuse)
        if normalization.prefix != .never, !normalization.whitespaceIsSuffix {
            steps.append(.strip(content: " ", start: 1, stop: 0))
        }
        return steps
    }
}

extension SentencePieceModel {
    /// Describes the tokenizer that gives SentencePiece's ids.
    var definition: TokenizerDefinition {
        .sentencePiece(
            pieces, isUnigram: kind == .unigram, byteFallback: byteFallback, normalization: normalization,
            precision: .single, roles: tokenRoles)
    }
}
