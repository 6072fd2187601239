// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A vocabulary whose tokens have scores and kinds, as SentencePiece's.
public struct PieceList: Sendable {
    /// The tokens.
    public private(set) var tokens = TokenList()
    /// The score of each entry: a log-probability, or for byte pairs the negated rank.
    public private(set) var scores: [Double] = []
    /// The kind of each entry.
    public private(set) var kinds: [PieceKind] = []

    /// Creates an empty list.
    public init() {}

    /// The number of entries.
    public var count: Int { kinds.count }

    /// Adds a token, given as UTF-8; its id is its position unless one is given.
    public mutating func append(
        _ token: some Sequence<UInt8>, score: Double, kind: PieceKind = .normal, id: Int32? = nil
    ) {
        tokens.append(token, id: id ?? Int32(truncatingIfNeeded: count))
        scores.append(score)
        kinds.append(kind)
    }

    /// Adds a token, whose bytes `write` appends, with its position as id.
    mutating func append<E: Error>(write: (inout [UInt8]) throws(E) -> Void) throws(E) {
        try tokens.append(id: Int32(truncatingIfNeeded: count), write: write)
        scores.append(0)
        kinds.append(.normal)
    }

    /// Replaces the score of the last entry.
    mutating func setLastScore(_ score: Double) {
        scores[scores.count - 1] = score
    }

    /// The texts of the entries of a kind.
    func texts(of kind: PieceKind) -> [String] {
        kinds.indices.filter { kinds[$0] == kind }.map(text)
    }

    /// The text of an entry.
    func text(_ entry: Int) -> String {
        String(decoding: tokens.bytes[tokens.range(entry)], as: UTF8.self)
    }
}
