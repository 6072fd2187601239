// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Looks up what a code point is.
///
/// The first two planes are flat tables of a byte a code point, the rest a few runs: text touches a few cache
/// lines of the former, and one load answers.
struct UnicodeProperties: Sendable {
    /// The tables, expanded on first use.
    static let shared = UnicodeProperties()

    /// The number of code points in the flat tables.
    static let flatCount = 0x20000

    /// `ScalarClass` of the code points below `flatCount`.
    let classes: [UInt8]
    /// General category and the `word`, `punctuation` and `numeric` bits of the code points below
    /// `flatCount`.
    private let properties: [UInt8]
    private let tail: [Run]

    /// Properties up to, not including, a code point.
    private struct Run: Sendable {
        let end: UInt32
        let value: UInt8
    }

    private init() {
        var numbers = EncodedNumbers(UnicodePropertyData.properties)
        var properties: [UInt8] = []
        properties.reserveCapacity(Self.flatCount)
        var tail: [Run] = []
        var end = 0
        while let length = numbers.next(), let number = numbers.next() {
            let value = UInt8(truncatingIfNeeded: number)
            end += Int(length)
            if properties.count < Self.flatCount {
                let count = min(Int(length), Self.flatCount - properties.count)
                properties.append(contentsOf: repeatElement(value, count: count))
            }
            if end > Self.flatCount { tail.append(Run(end: UInt32(end), value: value)) }
        }
        let ofCategory = (0..<32).map { ScalarClass(category: UInt8($0)).rawValue }
        var classes = properties.map { ofCategory[Int($0 & 31)] }
        for space in [9, 10, 11, 12, 13, 0x85] { classes[space] = ScalarClass.whitespace.rawValue }
        self.classes = classes
        self.properties = properties
        self.tail = tail
    }

    private func value(_ scalar: UInt32) -> UInt8 {
        if scalar < Self.flatCount { return properties[Int(scalar)] }
        return tail.first { scalar < $0.end }?.value ?? 0
    }

    /// The number of the general category, see `GeneralCategory`.
    func category(_ scalar: UInt32) -> UInt8 { value(scalar) & 31 }

    /// Whether `\w` of the Rust `regex` crate has the code point.
    func isWord(_ scalar: UInt32) -> Bool { value(scalar) & 32 != 0 }

    /// Whether the Punctuation pre-tokenizer has the code point.
    func isPunctuation(_ scalar: UInt32) -> Bool { value(scalar) & 64 != 0 }

    /// Whether the Digits pre-tokenizer has the code point.
    func isNumeric(_ scalar: UInt32) -> Bool { value(scalar) & 128 != 0 }

    /// Whether the code point has the property White_Space.
    func isWhitespace(_ scalar: UInt32) -> Bool {
        scalar < Self.flatCount && classes[Int(scalar)] == ScalarClass.whitespace.rawValue
    }

    /// The class of a code point outside the flat tables.
    func classBeyondTable(_ scalar: UInt32) -> UInt8 {
        ScalarClass(category: category(scalar)).rawValue
    }
}
