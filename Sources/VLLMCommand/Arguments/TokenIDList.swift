// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads lists of token ids: `1,2,3`, `1 2 3` or `[1, 2, 3]`.
package enum TokenIDList {
    /// The ids in a text; nothing else may stand there.
    package static func parse(_ text: String, flag: String) throws(UsageError) -> [Int32] {
        var rest = text[...]
        if rest.first == "[", rest.last == "]" { rest = rest.dropFirst().dropLast() }
        var ids: [Int32] = []
        for part in rest.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            guard let id = Int32(part), id >= 0 else {
                throw UsageError("\(flag) should be token ids such as 1,2,3, holds '\(part)'.")
            }
            ids.append(id)
        }
        guard !ids.isEmpty else { throw UsageError("\(flag) should hold at least one token id.") }
        return ids
    }
}
