// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts words as one of the patterns in `WordPattern` does, without a regular expression engine.
///
/// The patterns match at every position, so a text is a row of matches and the scanner only says where the
/// next one ends.
struct WordScanner: Sendable {
    /// The dialects of the pattern.
    enum Dialect: Sendable, Hashable {
        /// `WordPattern.gpt2`.
        case gpt2
        /// `WordPattern.llama3` and its relatives: how many digits a piece has, and whether marks are
        /// letters.
        case contractions(digits: Int, marks: Bool)
    }

    let dialect: Dialect
    private let classes: [UInt8]

    init(_ dialect: Dialect) {
        self.dialect = dialect
        classes = UnicodeProperties.shared.classes
    }

    /// Returns the scanner that does what a pattern does, or nil if there is none.
    static func matching(pattern: String) -> WordScanner? {
        switch pattern {
        case WordPattern.gpt2: WordScanner(.gpt2)
        case WordPattern.llama3: WordScanner(.contractions(digits: 3, marks: false))
        case WordPattern.qwen2: WordScanner(.contractions(digits: 1, marks: false))
        case WordPattern.qwen35: WordScanner(.contractions(digits: 1, marks: true))
        default: nil
        }
    }

    /// Appends the words of a part of a text.
    func split(_ text: Span<UInt8>, _ range: Range<Int>, into pieces: inout [Range<Int>]) {
        let cursor = ScalarCursor(text: text, end: range.upperBound, classes: classes.span)
        var position = range.lowerBound
        switch dialect {
        case .gpt2:
            while position < range.upperBound {
                let end = Self.gpt2(cursor, position)
                pieces.append(position..<end)
                position = end
            }
        case .contractions(let digits, let marks):
            let letters = marks ? ScalarClass.letter.union(.mark) : .letter
            while position < range.upperBound {
                let end = Self.contractions(cursor, position, letters: letters.rawValue, digits: digits)
                pieces.append(position..<end)
                position = end
            }
        }
    }

    /// Returns where the match of GPT-2's pattern at a position ends.
    @inline(__always)
    private static func gpt2(_ cursor: ScalarCursor, _ start: Int) -> Int {
        let word = ScalarClass.letter.union(.number).union(.whitespace).rawValue
        var first = cursor.scalar(at: start)
        if first.byte == 0x27, let end = cursor.contraction(after: start + 1, ignoringCase: false) {
            return end
        }
        var next = start + first.length
        if first.byte == 0x20, next < cursor.end {
            let second = cursor.scalar(at: next)
            if second.classes & ScalarClass.whitespace.rawValue == 0 {
                first = second
                next += second.length
            }
        }
        if first.classes & ScalarClass.letter.rawValue != 0 {
            return cursor.skip(from: next, while: ScalarClass.letter.rawValue)
        }
        if first.classes & ScalarClass.number.rawValue != 0 {
            return cursor.skip(from: next, while: ScalarClass.number.rawValue)
        }
        if first.classes & ScalarClass.whitespace.rawValue == 0 {
            return cursor.skip(from: next, until: word)
        }
        return cursor.whitespace(from: start, newlinesEndIt: false)
    }

    /// Returns where the match of a pattern of Llama 3's kind at a position ends.
    @inline(__always)
    private static func contractions(
        _ cursor: ScalarCursor, _ start: Int, letters: UInt8, digits: Int
    ) -> Int {
        let first = cursor.scalar(at: start)
        if first.byte == 0x27, let end = cursor.contraction(after: start + 1, ignoringCase: true) {
            return end
        }
        let next = start + first.length
        if first.classes & letters != 0 {
            // A mark may also be the optional character before the letters; both readings end alike.
            return cursor.skip(from: next, while: letters)
        }
        if first.classes & ScalarClass.number.rawValue != 0 {
            return cursor.skip(from: next, while: ScalarClass.number.rawValue, atMost: digits - 1)
        }
        let isNewline = first.byte == 0x0A || first.byte == 0x0D
        var other = first
        var otherEnd = next
        if next < cursor.end, !isNewline {
            let second = cursor.scalar(at: next)
            if second.classes & letters != 0 {
                return cursor.skip(from: next + second.length, while: letters)
            }
            if first.byte == 0x20 {
                other = second
                otherEnd = next + second.length
            }
        }
        let known = letters | ScalarClass.number.rawValue | ScalarClass.whitespace.rawValue
        if other.classes & known == 0 {
            return cursor.skipNewlines(from: cursor.skip(from: otherEnd, until: known))
        }
        return cursor.whitespace(from: start, newlinesEndIt: true)
    }
}
