// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Python's format specification: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
struct FormatSpec {
    var fill: Unicode.Scalar = " "
    var align: Unicode.Scalar?
    var sign: Unicode.Scalar?
    var isAlternate = false
    var isZeroPadded = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    init() {}

    /// Parses a specification.
    init(_ text: String) throws(TemplateError) {
        var scalars = text.unicodeScalars[...]
        let aligns = "<>=^".unicodeScalars
        if let first = scalars.first, let second = scalars.dropFirst().first, aligns.contains(second) {
            (fill, align) = (first, second)
            scalars.removeFirst(2)
        } else if let first = scalars.first, aligns.contains(first) {
            align = first
            scalars.removeFirst()
        }
        if let first = scalars.first, "+- ".unicodeScalars.contains(first) {
            sign = first
            scalars.removeFirst()
        }
        if scalars.first == "#" {
            isAlternate = true
            scalars.removeFirst()
        }
        if scalars.first == "0" {
            isZeroPadded = true
            scalars.removeFirst()
        }
        width = try Self.size(&scalars) ?? 0
        if let first = scalars.first, first == "," || first == "_" {
            grouping = first
            scalars.removeFirst()
        }
        if scalars.first == "." {
            scalars.removeFirst()
            guard let size = try Self.size(&scalars) else {
                throw .runtime("Format specifier missing precision")
            }
            precision = size
        }
        type = scalars.popFirst()
        if !scalars.isEmpty { throw .runtime("Invalid format specifier '\(text)'") }
    }

    private static func size(_ scalars: inout Substring.UnicodeScalarView) throws(TemplateError) -> Int? {
        var size: Int?
        while let digit = scalars.first.flatMap({ Int(String($0)) }) {
            scalars.removeFirst()
            size = (size ?? 0) * 10 + digit
            if size ?? 0 > 1_000_000 { throw .limit("a format width is too large") }
        }
        return size
    }

    /// Fills a text up to the width.
    func pad(_ text: String, defaultAlign: Unicode.Scalar = "<") -> String {
        let missing = width - text.unicodeScalars.count
        if missing <= 0 { return text }
        func filler(_ count: Int) -> String { String(repeating: String(fill), count: count) }
        switch align ?? defaultAlign {
        case "<": return text + filler(missing)
        case "^": return filler(missing / 2) + text + filler(missing - missing / 2)
        default: return filler(missing) + text
        }
    }

    /// Puts a sign before digits and fills up to the width.
    private func number(_ isNegative: Bool, _ prefix: String, _ digits: String) -> String {
        let signText = isNegative ? "-" : sign == "+" || sign == " " ? sign.map { String($0) } ?? "" : ""
        let head = signText + prefix
        var digits = grouped(digits)
        let missing = width - head.unicodeScalars.count - digits.unicodeScalars.count
        if missing > 0, align == "=" || (isZeroPadded && align == nil) || (isZeroPadded && align == ">") {
            let filler = isZeroPadded ? "0" : String(fill)
            digits = String(repeating: filler, count: missing) + digits
        }
        return pad(head + digits, defaultAlign: ">")
    }

    /// Puts a separator between groups of three digits before the point.
    private func grouped(_ digits: String) -> String {
        guard let grouping else { return digits }
        let size = "xXob".unicodeScalars.contains(type ?? "d") ? 4 : 3
        let whole = digits.prefix { $0.isHexDigit }
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % size == 0 { result.unicodeScalars.append(grouping) }
            result.append(digit)
        }
        return result + digits.dropFirst(whole.count)
    }

    func integer(_ value: Int128, radix: Int, prefix: String, minimumDigits: Int = 1) -> String {
        var digits = String(value.magnitude, radix: radix)
        if digits.utf8.count < minimumDigits {
            digits = String(repeating: "0", count: minimumDigits - digits.utf8.count) + digits
        }
        return number(value < 0, prefix, digits)
    }

    func float(_ value: Double) -> String {
        let isUpper = type.map { "EFG".unicodeScalars.contains($0) } ?? false
        var text: String
        if value.isNaN || value.isInfinite {
            text = value.isNaN ? "nan" : "inf"
        } else {
            text = finite(value.magnitude)
        }
        if type == "%" { text += "%" }
        if isUpper { text = text.uppercased() }
        return number(value.sign == .minus && !value.isNaN, "", text)
    }

    private func finite(_ value: Double) -> String {
        switch type {
        case "e", "E": return Platform.format(value, precision: precision ?? 6, conversion: "e")
        case "f", "F": return Platform.format(value, precision: precision ?? 6, conversion: "f")
        case "%": return Platform.format(value * 100, precision: precision ?? 6, conversion: "f")
        case "g", "G", "n": return Platform.format(value, precision: precision ?? 6, conversion: "g")
        default:
            guard let precision else { return PythonText.float(value) }
            let text = Platform.format(value, precision: max(1, precision), conversion: "g")
            return text.utf8.contains(UInt8(ascii: ".")) || text.utf8.contains(UInt8(ascii: "e"))
                ? text : text + ".0"
        }
    }
}
