// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Formats numbers as Python's `repr` does.
package enum PythonFloat {
    /// The shortest text that reads back as the same number.
    ///
    /// Python writes an exponent when the first digit stands for less than 1e-4 or at least 1e16.
    package static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let (digits, point) = shortestDigits(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        if point > 16 || point < -3 { return sign + scientific(digits, point - 1) }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.utf8.count <= point {
            return sign + digits + String(repeating: "0", count: point - digits.utf8.count) + ".0"
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    private static func scientific(_ digits: String, _ exponent: Int) -> String {
        let fraction = digits.utf8.count > 1 ? "." + digits.dropFirst() : ""
        let magnitude = String(exponent.magnitude)
        let padding = magnitude.utf8.count < 2 ? "0" : ""
        return digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + padding + magnitude
    }

    /// The digits of the shortest representation d₁d₂… and p such that the value is 0.d₁d₂… × 10^p.
    package static func shortestDigits(_ magnitude: Double) -> (digits: String, point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        let text = Array(magnitude.description.utf8)
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: ".") {
                point = digits.count
            } else if byte == UInt8(ascii: "e") {
                exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
                break
            } else {
                digits.append(byte)
            }
        }
        var place = (point ?? digits.count) + exponent
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        if leading == digits.count { return ("0", 1) }
        digits.removeFirst(leading)
        place -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (String(decoding: digits, as: UTF8.self), place)
    }
}
