// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes the model of a tokenizer.
public enum ModelDefinition: Sendable {
    /// Byte pair encoding.
    case bytePairEncoding(BytePairEncodingDefinition)
    /// A unigram language model.
    case unigram(UnigramDefinition)
    /// The longest tokens first.
    case wordPiece(WordPieceDefinition)
    /// A token a word.
    case wordLevel(WordLevelDefinition)

    /// Whether words can be given as bytes instead of as characters of the byte-level alphabet.
    var canReadBytes: Bool {
        if case .bytePairEncoding = self { true } else { false }
    }

    /// Adds tokens that the model itself never finds; one of the same text as an older one gives it its id.
    mutating func add(_ added: [(content: String, id: Int32)]) {
        switch self {
        case .bytePairEncoding(var definition):
            for token in added { definition.vocabulary.append(token.content.utf8, id: token.id) }
            if case .ranks(let ranks) = definition.merges {
                let rest = repeatElement(MergeRule.never, count: definition.vocabulary.count - ranks.count)
                definition.merges = .ranks(ranks + rest)
            }
            self = .bytePairEncoding(definition)
        case .unigram(var definition):
            for token in added {
                definition.pieces.append(token.content.utf8, score: 0, kind: .control, id: token.id)
            }
            self = .unigram(definition)
        case .wordPiece(var definition):
            for token in added { definition.vocabulary.append(token.content.utf8, id: token.id) }
            self = .wordPiece(definition)
        case .wordLevel(var definition):
            for token in added { definition.vocabulary.append(token.content.utf8, id: token.id) }
            self = .wordLevel(definition)
        }
    }
}
