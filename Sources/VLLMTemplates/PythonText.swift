// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Conversions between numbers and texts as Python has them.
enum PythonText {
    static func float(_ value: Double) -> String { PythonFloat.repr(value) }

    /// What Python's `float(text)` gives, or nil where it fails.
    static func parseFloat(_ text: Text) -> Double? {
        let trimmed = trim(text.string)
        var digits: [UInt8] = []
        var last: UInt8 = 0
        for byte in trimmed.utf8 {
            if byte == UInt8(ascii: "_") {
                guard isDigit(last) else { return nil }
            } else {
                if last == UInt8(ascii: "_"), !isDigit(byte) { return nil }
                digits.append(byte)
            }
            last = byte
        }
        if last == UInt8(ascii: "_") || digits.isEmpty { return nil }
        let plain = String(decoding: digits, as: UTF8.self).lowercased()
        let unsigned = plain.hasPrefix("+") || plain.hasPrefix("-") ? String(plain.dropFirst()) : plain
        let sign: Double = plain.hasPrefix("-") ? -1 : 1
        if unsigned == "inf" || unsigned == "infinity" { return sign * .infinity }
        if unsigned == "nan" { return .nan }
        guard let first = unsigned.utf8.first, isDigit(first) || first == UInt8(ascii: "."),
            unsigned.utf8.allSatisfy({ isDigit($0) || "e.+-".utf8.contains($0) })
        else { return nil }
        var parseable = unsigned
        // Swift's parser wants digits on both sides of the point.
        if parseable.hasPrefix(".") { parseable = "0" + parseable }
        if let point = parseable.utf8.firstIndex(of: UInt8(ascii: ".")) {
            let next = parseable.utf8.index(after: point)
            let hasFraction = next < parseable.utf8.endIndex && isDigit(parseable.utf8[next])
            if unsigned == "." || (unsigned.hasPrefix(".") && !hasFraction) { return nil }
            if !hasFraction { parseable.insert("0", at: next) }
        }
        return Double(parseable).map { sign * $0 }
    }

    /// What Python's `int(text, base)` gives, or nil where it fails or does not fit.
    static func parseInt(_ text: Text, base: Int) -> Int128? {
        var digits = trim(text.string)[...]
        var isNegative = false
        if let first = digits.utf8.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            digits = digits.dropFirst()
        }
        var base = base
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)]
        var hasPrefix = false
        for (prefix, radix) in prefixes where digits.lowercased().hasPrefix(prefix) {
            if base == radix || base == 0 {
                base = radix
                digits = digits.dropFirst(2)
                hasPrefix = true
            }
        }
        if base == 0 { base = 10 }
        guard (2...36).contains(base) else { return nil }
        if hasPrefix, digits.hasPrefix("_") { digits = digits.dropFirst() }
        guard !digits.isEmpty, !digits.hasPrefix("_"), !digits.hasSuffix("_"), !digits.hasPrefix("+"),
            !digits.hasPrefix("-")
        else { return nil }
        var plain = ""
        var last: Character = "0"
        for character in digits {
            if character == "_" {
                if last == "_" { return nil }
            } else {
                plain.append(character.isASCII ? character : decimal(character))
            }
            last = character
        }
        return Int128((isNegative ? "-" : "") + plain, radix: base)
    }

    /// The ASCII digit for a decimal digit of another script.
    private static func decimal(_ character: Character) -> Character {
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
            scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue
        else { return "?" }
        return Character(String(Int(value)))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func trim(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, TextSpace.isSpace(first) { scalars.removeFirst() }
        while let last = scalars.last, TextSpace.isSpace(last) { scalars.removeLast() }
        return String(scalars)
    }
}
