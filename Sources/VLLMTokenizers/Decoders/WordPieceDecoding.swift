// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes word pieces as text.
enum WordPieceDecoding {
    /// What `cleanup` replaces, in order.
    private static let artifacts: [(String, String)] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]

    /// Returns the text of a piece: with a space in front unless it is the first or continues a word.
    static func text(of token: [UInt8], prefix: [UInt8], cleanup: Bool, isFirst: Bool) -> [UInt8] {
        var text = token
        if !isFirst {
            if token.starts(with: prefix) {
                text.removeFirst(prefix.count)
            } else {
                text.insert(0x20, at: 0)
            }
        }
        guard cleanup else { return text }
        for (artifact, clean) in artifacts {
            text = DecoderChain.replacing(Array(artifact.utf8), in: text, with: Array(clean.utf8))
        }
        return text
    }
}
