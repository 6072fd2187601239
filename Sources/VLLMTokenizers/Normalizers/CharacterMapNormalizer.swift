// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Replaces graphemes, or else code points, as the `Precompiled` normalizer of `tokenizers` does.
///
/// A grapheme of up to five bytes goes whole for the shortest key that it begins with.
struct CharacterMapNormalizer: Sendable {
    private let map: CharacterMap

    init(_ bytes: [UInt8]) throws(TokenizerError) {
        map = try CharacterMap(bytes, context: "normalizer")
    }

    /// How many times as long a text becomes, at most.
    var growth: Int { map.growth }

    /// Returns the text with replacements, or nil if there are none.
    func normalize(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        var copied = 0
        var position = 0
        func replace(_ part: Range<Int>) -> Bool {
            guard let match = map.shortest(text, part) else { return false }
            output.append(text, copied..<part.lowerBound)
            output += map.storage[match.replacement]
            copied = part.upperBound
            return true
        }
        while position < text.count {
            let end = Self.graphemeEnd(text, position)
            if end - position < 6, replace(position..<end) {
                position = end
                continue
            }
            while position < end {
                let next = position + text.scalar(at: position).length
                _ = replace(position..<next)
                position = next
            }
        }
        guard copied > 0 else { return nil }
        output.append(text, copied..<text.count)
        return output
    }

    /// Where the extended grapheme cluster that begins at a position ends.
    private static func graphemeEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        let first = text.scalar(at: start)
        var position = start + first.length
        guard position < text.count else { return position }
        let second = text.scalar(at: position)
        if first.value < 0x80, second.value < 0x80, first.value != 0x0D { return position }
        if isIdeograph(first.value), isIdeograph(second.value) { return position }
        var recognizer = Unicode._CharacterRecognizer()
        _ = Unicode.Scalar(first.value).map { recognizer.hasBreak(before: $0) }
        while position < text.count {
            let next = text.scalar(at: position)
            guard let scalar = Unicode.Scalar(next.value), !recognizer.hasBreak(before: scalar) else { break }
            position += next.length
        }
        return position
    }

    /// Whether a code point is of a block whose characters are graphemes of their own.
    private static func isIdeograph(_ scalar: UInt32) -> Bool { (0x3400..<0xA000).contains(scalar) }
}
