// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Makes spaces visible, as SentencePiece does: Kudo and Richardson 2018.
struct Metaspace: Sendable {
    private let replacement: [UInt8]
    private let prepend: PrependScheme
    private let splits: Bool

    init(replacement: Unicode.Scalar, prepend: PrependScheme, split: Bool) {
        self.replacement = Array(String(replacement).utf8)
        self.prepend = prepend
        splits = split
    }

    /// Appends a piece with its spaces replaced, and the pieces that it is cut into.
    func append(
        _ text: Span<UInt8>, _ range: Range<Int>, isFirst: Bool, to output: inout [UInt8],
        pieces: inout [Range<Int>]
    ) {
        let start = output.count
        for position in range {
            if text[position] == 0x20 {
                output.append(contentsOf: replacement)
            } else {
                output.append(text[position])
            }
        }
        let prepends = prepend == .always || prepend == .first && isFirst
        if prepends, !output[start...].starts(with: replacement) {
            output.insert(contentsOf: replacement, at: start)
        }
        guard splits else {
            pieces.append(start..<output.count)
            return
        }
        var matches: [Range<Int>] = []
        var position = start
        while position + replacement.count <= output.count {
            if output[position...].starts(with: replacement) {
                matches.append(position..<position + replacement.count)
                position += replacement.count
            } else {
                position += 1
            }
        }
        SplitBehavior.mergedWithNext.appendPieces(
            of: start..<output.count, matches: matches, invert: false, to: &pieces)
    }
}
