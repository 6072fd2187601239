// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds which of some names may have been meant.
package enum Suggestion {
    /// The candidate with the fewest edits from a text, or nil where all are far from it.
    package static func nearest(to text: String, among candidates: [String]) -> String? {
        near(text, among: candidates).first
    }

    /// The candidates that are not far from a text, those with the fewest edits first.
    ///
    /// - Parameter limit: the edits that are not far; a third of the text where it is nil.
    package static func near(
        _ text: String, among candidates: [String], within limit: Int? = nil
    ) -> [String] {
        // A longer text than any name would only cost time, which grows with both.
        guard text.utf8.count <= 256 else { return [] }
        let limit = limit ?? max(2, text.utf8.count / 3)
        return candidates.map { (name: $0, distance: distance(Array(text.utf8), Array($0.utf8))) }
            .filter { $0.distance <= limit }.sorted { $0.distance < $1.distance }.map(\.name)
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
