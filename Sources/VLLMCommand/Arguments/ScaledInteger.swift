// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the numbers of sizes and counts: `4096`, `4k`, `4K`, `25.6k`, `2M`, `1GiB`, `1.5GB`.
///
/// Lower-case suffixes and those with a plain B are powers of 1000, upper-case ones and those with iB powers of 1024,
/// as in vLLM's flags. A fraction needs a suffix and must come out whole; with a power of 1024 it is rounded down.
package enum ScaledInteger {
    /// The number that a text stands for, or nil where it stands for none that fits an `Int`.
    package static func parse(_ text: String) -> Int? {
        if let plain = Int(text) { return plain }
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
        let suffix = text.dropFirst(number.count)
        guard let scale = scale(of: String(suffix)) else { return nil }
        return multiply(number, by: scale)
    }

    /// The factor of a suffix.
    private static func scale(of suffix: String) -> Int? {
        guard let letter = suffix.first, let power = "kmgt".firstIndex(of: Character(letter.lowercased()))
        else {
            return suffix == "B" ? 1 : nil
        }
        let exponent = "kmgt".distance(from: "kmgt".startIndex, to: power) + 1
        let base: Int
        switch suffix.dropFirst() {
        case "": base = letter.isUppercase ? 1024 : 1000
        case "B", "b": base = 1000
        case "iB", "ib", "i": base = 1024
        default: return nil
        }
        return (0..<exponent).reduce(1) { product, _ in product * base }
    }

    /// Multiplies digits with a fraction by a factor without rounding before the end.
    private static func multiply(_ number: Substring, by scale: Int) -> Int? {
        let isNegative = number.hasPrefix("-")
        let digits = number.hasPrefix("-") || number.hasPrefix("+") ? number.dropFirst() : number
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Int(first), whole >= 0, first.first != "-" else {
            return nil
        }
        let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        var total = product
        if parts.count == 2 {
            guard let part = fraction(parts[1], of: scale) else { return nil }
            total += part
        }
        return isNegative ? -total : total
    }

    /// The share of `scale` that decimal digits behind a point stand for.
    private static func fraction(_ digits: Substring, of scale: Int) -> Int? {
        guard (1...6).contains(digits.count), let value = Int(digits), value >= 0, digits.first != "+" else {
            return nil
        }
        let unit = (0..<digits.count).reduce(1) { product, _ in product * 10 }
        let (product, overflow) = value.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        let isDecimal = scale % 1000 == 0
        guard !isDecimal || product % unit == 0 else { return nil }
        return product / unit
    }
}
