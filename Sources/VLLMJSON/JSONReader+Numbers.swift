// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// The powers of ten that a `Double` represents exactly.
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// What was read of a number so far.
    private struct Digits {
        var mantissa: UInt64 = 0
        var scale = 0
        var overflows = false
        var isNegative = false
    }

    mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        var digits = Digits()
        if current == UInt8(ascii: "-") {
            digits.isNegative = true
            offset += 1
            if current == UInt8(ascii: "I"), allowsNonFinite {
                return try word("Infinity", .number(-.infinity))
            }
        }
        if current == UInt8(ascii: "0") {
            offset += 1
        } else {
            try readDigits(&digits, "a digit")
        }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            let fractionStart = offset
            try readDigits(&digits, "a digit after the decimal point")
            digits.scale = fractionStart - offset
        }
        if current | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            try readExponent(&digits)
        }
        if isInteger, !digits.overflows, let value = integer(digits) { return .integer(value) }
        if isInteger, let value = Int128(text(from: start)) { return .wideInteger(value) }
        return .number(try double(digits, start))
    }

    private func integer(_ digits: Digits) -> Int? {
        if !digits.isNegative { return Int(exactly: digits.mantissa) }
        if digits.mantissa == Int.min.magnitude { return .min }
        return Int(exactly: digits.mantissa).map { -$0 }
    }

    private mutating func readDigits(_ digits: inout Digits, _ expected: String) throws(JSONError) {
        let start = offset
        while offset < count {
            let digit = byte(offset) &- UInt8(ascii: "0")
            if digit > 9 { break }
            let product = digits.mantissa.multipliedReportingOverflow(by: 10)
            let sum = product.partialValue.addingReportingOverflow(UInt64(digit))
            digits.mantissa = sum.partialValue
            if product.overflow || sum.overflow { digits.overflows = true }
            offset += 1
        }
        if offset == start { throw unexpected(expected) }
    }

    private mutating func readExponent(_ digits: inout Digits) throws(JSONError) {
        offset += 1
        var isNegative = false
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") {
            isNegative = current == UInt8(ascii: "-")
            offset += 1
        }
        var exponent = Digits()
        try readDigits(&exponent, "a digit in the exponent")
        let magnitude = exponent.overflows ? 1_000_000 : Int(min(exponent.mantissa, 1_000_000))
        digits.scale += isNegative ? -magnitude : magnitude
    }

    /// What was read since a place, which is ASCII.
    private func text(from start: Int) -> String {
        String(copying: unsafe UTF8Span(unchecked: bytes.extracting(start..<offset)))
    }

    /// Converts exactly when mantissa and power are exact (W. D. Clinger, 1990), else by the library.
    private func double(_ digits: Digits, _ start: Int) throws(JSONError) -> Double {
        if !digits.overflows, digits.mantissa <= 1 << 53, abs(digits.scale) <= 22 {
            let mantissa = Double(digits.mantissa)
            let power = Self.exactPowers[abs(digits.scale)]
            let value = digits.scale < 0 ? mantissa / power : mantissa * power
            return digits.isNegative ? -value : value
        }
        guard let value = Double(text(from: start)), value.isFinite || allowsNonFinite else {
            let path = JSONPath.text(of: start, in: bytes)
            let literal = text(from: start)
            let shown = literal.utf8.count > 40 ? "\(literal.prefix(40))…" : literal
            throw failure(
                .range,
                "\(path.isEmpty ? "the number" : "'\(path)'") is \(shown), beyond the range of a double",
                at: start)
        }
        return value
    }
}
