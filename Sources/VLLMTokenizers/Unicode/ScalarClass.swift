// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What pre-tokenizing patterns ask of a code point; Unicode 16.0, as the Oniguruma in `tokenizers` 0.23.3.
struct ScalarClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// `\p{L}`.
    static let letter = ScalarClass(rawValue: 1)
    /// `\p{N}`.
    static let number = ScalarClass(rawValue: 2)
    /// `\s`, the property White_Space.
    static let whitespace = ScalarClass(rawValue: 4)
    /// `\p{M}`.
    static let mark = ScalarClass(rawValue: 8)
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
    static let upper = ScalarClass(rawValue: 16)
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
    static let lower = ScalarClass(rawValue: 32)
    /// `\p{P}`.
    static let punctuation = ScalarClass(rawValue: 64)
    /// `\p{S}`.
    static let symbol = ScalarClass(rawValue: 128)

    /// Derives the class from a general category; the five white space controls are added by the table.
    init(category: UInt8) {
        switch category {
        case 1, 3: self = [.letter, .upper]
        case 2: self = [.letter, .lower]
        case 4, 5: self = [.letter, .upper, .lower]
        case 6...8: self = [.mark, .upper, .lower]
        case 9...11: self = .number
        case 12...18: self = .punctuation
        case 19...22: self = .symbol
        case 23...25: self = .whitespace
        default: self = []
        }
    }

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}
