// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the text of an image as far as tests need it.
enum SVGText {
    /// The names of elements, in order; nil where the text is not well-formed.
    static func elements(_ text: String) -> [String]? {
        var open: [String] = []
        var names: [String] = []
        for part in text.split(separator: "<") where !part.allSatisfy(\.isWhitespace) {
            let pieces = part.split(separator: ">", omittingEmptySubsequences: false)
            guard pieces.count == 2, pieces[0].count(where: { $0 == "\"" }).isMultiple(of: 2) else {
                return nil
            }
            let name = String(pieces[0].prefix { $0 != " " && $0 != "/" })
            if pieces[0].hasPrefix("/") {
                guard open.popLast() == String(pieces[0].dropFirst()) else { return nil }
            } else {
                names.append(name)
                if !pieces[0].hasSuffix("/") { open.append(name) }
            }
        }
        return open.isEmpty ? names : nil
    }
}
