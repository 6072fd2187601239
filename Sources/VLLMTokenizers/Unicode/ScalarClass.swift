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

    /// Derives the class from a general category; the five white space controls are added by the table.
    init(category: UInt8) {
        switch category {
        case 1...5: self = .letter
        case 6...8: self = .mark
        case 9...11: self = .number
        case 23...25: self = .whitespace
        default: self = []
        }
    }

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}
