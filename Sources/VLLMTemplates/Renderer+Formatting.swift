// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A conversion of Python's `%` operator.
private struct PercentSpec {
    var key: String?
    var isLeft = false
    var hasSign = false
    var hasSpace = false
    var isAlternate = false
    var isZeroPadded = false
    var width = 0
    var precision: Int?
    var conversion: Unicode.Scalar = "s"
}

extension Renderer {
    /// What Python's `format % value` makes.
    mutating func formatPercent(_ format: Text, _ value: Value) throws(TemplateError) -> Value {
        var arguments: [Value] = []
        var mapping: Mapping?
        switch value {
        case .tuple(let elements): arguments = elements.items
        case .dict(let dict):
            mapping = dict
            arguments = [value]
        default: arguments = [value]
        }
        // Python takes everything with items but tuples and strings for a mapping, whose values may be left.
        let isContainer =
            switch value {
            case .dict, .list, .range, .undefined: true
            default: false
            }
        var next = 0
        var usedKeys = false
        var result = ""
        var scalars = format.string.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar != "%" {
                result.unicodeScalars.append(scalar)
                continue
            }
            var spec = try parsePercent(&scalars, arguments, &next)
            if spec.conversion == "%" {
                result += "%"
                continue
            }
            var argument: Value
            if let key = spec.key {
                guard let mapping else { throw .runtime("format requires a mapping") }
                guard let found = mapping[Text(key)] else { throw .runtime("KeyError: '\(key)'") }
                argument = found
                usedKeys = true
            } else {
                guard next < arguments.count else { throw .runtime("not enough arguments for format string") }
                argument = arguments[next]
                next += 1
            }
            if format.isMarkup { argument = try escapedArgument(argument) }
            result += try convert(&spec, argument)
            try charge(bytes: result.utf8.count >> 4)
        }
        if next < arguments.count, !usedKeys, !isContainer {
            throw .runtime("not all arguments converted during string formatting")
        }
        return try make(result, isMarkup: format.isMarkup)
    }

    /// The argument of a safe string: texts in it are escaped.
    private mutating func escapedArgument(_ value: Value) throws(TemplateError) -> Value {
        if value.number != nil { return value }
        let text = try text(of: value)
        return .string(text.isMarkup ? text : Text(Self.escape(text.string), isMarkup: true))
    }

    private func parsePercent(
        _ scalars: inout Substring.UnicodeScalarView, _ arguments: [Value], _ next: inout Int
    ) throws(TemplateError) -> PercentSpec {
        var spec = PercentSpec()
        if scalars.first == "(" {
            scalars.removeFirst()
            guard let end = scalars.firstIndex(of: ")") else { throw .runtime("incomplete format key") }
            spec.key = String(scalars[..<end])
            scalars = scalars[scalars.index(after: end)...]
        }
        flags: while let flag = scalars.first {
            switch flag {
            case "-": spec.isLeft = true
            case "+": spec.hasSign = true
            case " ": spec.hasSpace = true
            case "#": spec.isAlternate = true
            case "0": spec.isZeroPadded = true
            default: break flags
            }
            scalars.removeFirst()
        }
        spec.width = try parseSize(&scalars, arguments, &next) ?? 0
        if spec.width < 0 {
            spec.isLeft = true
            spec.width = -spec.width
        }
        if scalars.first == "." {
            scalars.removeFirst()
            spec.precision = max(0, try parseSize(&scalars, arguments, &next) ?? 0)
        }
        while let modifier = scalars.first, "hlL".unicodeScalars.contains(modifier) { scalars.removeFirst() }
        guard let conversion = scalars.popFirst() else { throw .runtime("incomplete format") }
        spec.conversion = conversion
        return spec
    }

    private func parseSize(
        _ scalars: inout Substring.UnicodeScalarView, _ arguments: [Value], _ next: inout Int
    ) throws(TemplateError) -> Int? {
        if scalars.first == "*" {
            scalars.removeFirst()
            guard next < arguments.count, let size = arguments[next].integer,
                (-1_000_000...1_000_000).contains(size)
            else {
                throw .runtime("* wants int")
            }
            next += 1
            return size
        }
        var size: Int?
        while let digit = scalars.first.flatMap({ Int(String($0)) }) {
            scalars.removeFirst()
            size = (size ?? 0) * 10 + digit
            if size ?? 0 > 1_000_000 { throw .limit("a format width is too large") }
        }
        return size
    }

    private mutating func convert(_ spec: inout PercentSpec, _ value: Value) throws(TemplateError) -> String {
        var number = FormatSpec()
        number.width = spec.width
        number.isZeroPadded = spec.isZeroPadded && !spec.isLeft
        number.align = spec.isLeft ? "<" : ">"
        number.sign = spec.hasSign ? "+" : spec.hasSpace ? " " : nil
        number.isAlternate = spec.isAlternate
        number.precision = spec.precision
        switch spec.conversion {
        case "s", "r", "a":
            let text = spec.conversion == "s" ? try text(of: value).string : try repr(value)
            let cut =
                spec.precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) }
                ?? text
            number.isZeroPadded = false
            return number.pad(cut)
        case "d", "i", "u":
            guard let double = value.number else {
                throw .runtime("%d format: a real number is required, not \(value.typeName)")
            }
            guard let integer = value.wideInteger ?? Int128(exactly: double.rounded(.towardZero)) else {
                throw .runtime("cannot convert a float beyond the range of integers")
            }
            return number.integer(integer, radix: 10, prefix: "", minimumDigits: spec.precision ?? 1)
        case "x", "X", "o":
            guard let integer = value.wideInteger else {
                throw .runtime("%\(spec.conversion) format: an integer is required, not \(value.typeName)")
            }
            let radix = spec.conversion == "o" ? 8 : 16
            let prefix = spec.isAlternate ? (radix == 8 ? "0o" : "0x") : ""
            let text = number.integer(
                integer, radix: radix, prefix: prefix, minimumDigits: spec.precision ?? 1)
            return spec.conversion == "X" ? text.uppercased() : text
        case "e", "E", "f", "F", "g", "G":
            guard let double = value.number else {
                throw .runtime("must be real number, not \(value.typeName)")
            }
            number.type = spec.conversion
            return number.float(double)
        case "c":
            if let text = value.text, text.count == 1 { return number.pad(text.string) }
            guard let code = value.integer, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
            else {
                throw .runtime("%c requires int or char")
            }
            return number.pad(String(scalar))
        default: throw .runtime("unsupported format character '\(spec.conversion)'")
        }
    }
}
