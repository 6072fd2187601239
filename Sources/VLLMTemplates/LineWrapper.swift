// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Fills lines with words.
struct LineWrapper {
    let width: Int
    let breaksWords: Bool
    let breaksHyphens: Bool

    /// Splits a line into words and the white space between them; words may end after hyphens.
    static func chunks(_ line: String, breaksHyphens: Bool) -> [[Unicode.Scalar]] {
        var chunks: [[Unicode.Scalar]] = []
        var wasSpace: Bool?
        for scalar in line.unicodeScalars {
            let isSpace =
                switch scalar {
                case " ", "\t", "\u{B}", "\u{C}", "\r", "\n": true
                default: false
                }
            if isSpace != wasSpace { chunks.append([]) }
            chunks[chunks.count - 1].append(scalar)
            wasSpace = isSpace
        }
        return breaksHyphens ? chunks.flatMap(splitHyphens) : chunks
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || TextCase.isLetter(scalar) || scalar.properties.numericType != nil
    }

    private static func splitHyphens(_ word: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        guard word.contains("-") else { return [word] }
        var parts: [[Unicode.Scalar]] = []
        var current: [Unicode.Scalar] = []
        for (index, scalar) in word.enumerated() {
            current.append(scalar)
            guard scalar == "-", index >= 2, index + 2 < word.count, current.count > 2 else { continue }
            let (before, earlier) = (word[index - 1], word[index - 2])
            let isBreak =
                isWord(before) && !TextCase.isDigit(before) && isWord(earlier) && isWord(word[index + 1])
                && isWord(word[index + 2]) && !TextCase.isDigit(word[index + 2])
            if isBreak {
                parts.append(current)
                current = []
            }
        }
        if !current.isEmpty { parts.append(current) }
        return parts
    }

    mutating func wrap(_ chunks: [[Unicode.Scalar]]) -> [String] {
        var rest = Array(chunks.reversed())
        var lines: [String] = []
        while !rest.isEmpty {
            var line: [[Unicode.Scalar]] = []
            var length = 0
            if !lines.isEmpty, rest.last.map(isSpace) ?? false { rest.removeLast() }
            while let next = rest.last, length + next.count <= width {
                line.append(rest.removeLast())
                length += next.count
            }
            if let next = rest.last, next.count > width { breakWord(&rest, &line, length) }
            if let last = line.last, isSpace(last) { line.removeLast() }
            if !line.isEmpty {
                var text = String.UnicodeScalarView()
                for chunk in line { text.append(contentsOf: chunk) }
                lines.append(String(text))
            }
        }
        return lines
    }

    private func isSpace(_ chunk: [Unicode.Scalar]) -> Bool { chunk.allSatisfy(TextSpace.isSpace) }

    private func breakWord(_ rest: inout [[Unicode.Scalar]], _ line: inout [[Unicode.Scalar]], _ length: Int)
    {
        guard var word = rest.popLast() else { return }
        if breaksWords {
            var end = width - length
            if breaksHyphens, let hyphen = word.prefix(end).lastIndex(of: "-"), hyphen > 0,
                word.prefix(hyphen).contains(where: { $0 != "-" })
            {
                end = hyphen + 1
            }
            line.append(Array(word.prefix(end)))
            word.removeFirst(end)
            rest.append(word)
        } else if line.isEmpty {
            line.append(word)
        } else {
            rest.append(word)
        }
    }
}
