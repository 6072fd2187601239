// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says which symbols merge, and what first.
public enum MergeRule: Sendable {
    /// The pairs that are listed, first the one that is done first.
    case list(MergeList)
    /// Any two neighbours whose joint text is a token, lowest rank first and leftmost first among equals.
    ///
    /// One rank an entry of the vocabulary; `MergeRule.never` for a token that merging does not make. SentencePiece
    /// (highest score first) and tiktoken work so.
    case ranks([UInt32])

    /// The rank of a token that merging does not make.
    public static let never = UInt32.max

    /// Ranks by score: the highest has 0, equal scores have equal ranks; only what `isMerged` says has one.
    public static func ranks(ofScores scores: [Double], where isMerged: (Int) -> Bool) -> MergeRule {
        var ranks = [UInt32](repeating: never, count: scores.count)
        let order = scores.indices.filter(isMerged).sorted { scores[$0] > scores[$1] }
        var rank: UInt32 = 0
        for (place, entry) in order.enumerated() {
            if place > 0, scores[entry] != scores[order[place - 1]] { rank += 1 }
            ranks[entry] = rank
        }
        return .ranks(ranks)
    }
}
