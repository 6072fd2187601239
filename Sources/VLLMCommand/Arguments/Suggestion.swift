// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds what a user may have meant.
enum Suggestion {
    /// The candidate with the fewest edits from a text, or nil where all are far from it.
    static func nearest(to text: String, among candidates: [String]) -> String? {
        let limit = max(2, text.utf8.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(Array(text.utf8), Array(candidate.utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// The number of single-byte insertions, deletions and substitutions between two texts.
    ///
    /// Source: R. A. Wagner, M. J. Fischer, "The String-to-String Correction Problem", J. ACM 21 (1974).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let above = row[column + 1]
                let substitution = diagonal + (byte == right[column] ? 0 : 1)
                row[column + 1] = min(substitution, above + 1, row[column] + 1)
                diagonal = above
            }
        }
        return row[right.count]
    }
}
