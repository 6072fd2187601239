// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cleans text as BERT's basic tokenizer does: Devlin et al. 2018, `tokenization.py`.
struct BertNormalizer: Sendable {
    let cleanText: Bool
    let handleChineseCharacters: Bool
    let stripAccents: Bool
    let lowercase: Bool
    private let controls = ScalarSet(UnicodeCaseData.controls)
    private let nonspacing = ScalarSet(UnicodeCaseData.nonspacing)

    init(cleanText: Bool, handleChineseCharacters: Bool, stripAccents: Bool, lowercase: Bool) {
        self.cleanText = cleanText
        self.handleChineseCharacters = handleChineseCharacters
        self.stripAccents = stripAccents
        self.lowercase = lowercase
    }

    /// Returns the cleaned text.
    func normalize(_ text: Span<UInt8>) -> [UInt8] {
        var output = clean(text)
        if stripAccents {
            if let decomposed = UnicodeNormalizer(.nfd).normalize(output.span) { output = decomposed }
            output = ScalarFilter.removing(nonspacing, from: output.span)
        }
        return lowercase ? LowercaseNormalizer().normalize(output.span) : output
    }

    /// Removes controls, makes white space a space and surrounds ideographs with spaces.
    private func clean(_ text: Span<UInt8>) -> [UInt8] {
        let properties = UnicodeProperties.shared
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let next = text.scalar(at: position)
            position += next.length
            if cleanText, controls.contains(next.value) { continue }
            if cleanText, properties.isWhitespace(next.value) {
                output.append(0x20)
            } else if handleChineseCharacters, Self.isIdeograph(next.value) {
                output.append(0x20)
                output.appendUTF8(next.value)
                output.append(0x20)
            } else {
                output.appendUTF8(next.value)
            }
        }
        return output
    }

    /// Whether BERT calls the code point Chinese, as `tokenizers` has the ranges.
    static func isIdeograph(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
            0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
            true
        default:
            false
        }
    }
}
