// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Text in columns as wide as they must be: the first flush left, the others flush right.
package enum TextTable {
    /// The lines of rows, all of which have as many cells as the first.
    package static func lines(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let fill = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + fill : "  " + fill + cell.0
            }.joined()
        }
    }
}
