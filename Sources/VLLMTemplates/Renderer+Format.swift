// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func formatMap(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
        guard case .dict(let mapping) = try arguments.positional("format_map", 1...1)[0] else {
            throw .runtime("format_map() takes a mapping")
        }
        var keyword: [(name: Text, value: Value)] = []
        for (key, value) in zip(mapping.keys, mapping.values) {
            if case .string(let name) = key { keyword.append((name, value)) }
        }
        return try format(text, [], keyword)
    }

    /// What Python's `text.format(…)` makes.
    mutating func format(
        _ text: Text, _ positional: [Value], _ keyword: [(name: Text, value: Value)]
    ) throws(TemplateError) -> Value {
        var formatter = BraceFormatter(positional: positional, keyword: keyword)
        let result = try format(text.string, &formatter, level: 0, escapes: text.isMarkup)
        return try make(result, isMarkup: text.isMarkup)
    }

    private mutating func format(
        _ format: String, _ formatter: inout BraceFormatter, level: Int, escapes: Bool
    ) throws(TemplateError) -> String {
        if level > 2 { throw .runtime("Max string recursion exceeded") }
        var result = ""
        var scalars = format.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "{" || scalar == "}" {
                if scalars.first == scalar {
                    scalars.removeFirst()
                } else if scalar == "{" {
                    let field = try BraceFormatter.field(&scalars)
                    result += try self.format(field, &formatter, level: level, escapes: escapes)
                    try charge(bytes: result.utf8.count >> 4)
                    continue
                } else {
                    throw .runtime("Single '}' encountered in format string")
                }
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private mutating func format(
        _ field: BraceFormatter.Field, _ formatter: inout BraceFormatter, level: Int, escapes: Bool
    ) throws(TemplateError) -> String {
        var value = try formatter.argument(field.name)
        for step in field.steps {
            switch step {
            case .attribute(let name): value = try attribute(Text(name), of: value)
            case .item(let key): value = try item(key, of: value)
            }
        }
        switch field.conversion {
        case nil: break
        case "s": value = .string(try text(of: value))
        case "r", "a": value = .text(try repr(value))
        case let other?: throw .runtime("Unknown conversion specifier \(other)")
        }
        let spec = try format(field.spec, &formatter, level: level + 1, escapes: false)
        let text = try format(value, spec)
        if escapes, value.text?.isMarkup != true { return Self.escape(text) }
        return text
    }

    /// What Python's `format(value, spec)` makes.
    mutating func format(_ value: Value, _ spec: String) throws(TemplateError) -> String {
        if spec.isEmpty { return try text(of: value).string }
        let spec = try FormatSpec(spec)
        switch value {
        case .string(let text):
            if let type = spec.type, type != "s" {
                throw .runtime("Unknown format code '\(type)' for object of type 'str'")
            }
            if spec.sign != nil || spec.isAlternate || spec.align == "=" {
                throw .runtime("sign, '#' and '=' are not allowed in a string format specifier")
            }
            if let grouping = spec.grouping { throw .runtime("Cannot specify '\(grouping)' with 's'.") }
            let cut = spec.precision.map {
                String(String.UnicodeScalarView(text.string.unicodeScalars.prefix($0)))
            }
            return spec.pad(cut ?? text.string)
        case .int, .wide, .bool: return try formatInteger(value, spec)
        case .float(let number):
            if let type = spec.type, !"eEfFgGn%".unicodeScalars.contains(type) {
                throw .runtime("Unknown format code '\(type)' for object of type 'float'")
            }
            return spec.float(number)
        default:
            throw .runtime("unsupported format string passed to \(value.typeName).__format__")
        }
    }

    private mutating func formatInteger(_ value: Value, _ spec: FormatSpec) throws(TemplateError) -> String {
        let integer = value.wideInteger ?? 0
        switch spec.type {
        case nil, "d", "n":
            if spec.precision != nil { throw .runtime("Precision not allowed in integer format specifier") }
            return spec.integer(integer, radix: 10, prefix: "")
        case "x": return spec.integer(integer, radix: 16, prefix: spec.isAlternate ? "0x" : "")
        case "X": return spec.integer(integer, radix: 16, prefix: spec.isAlternate ? "0x" : "").uppercased()
        case "o": return spec.integer(integer, radix: 8, prefix: spec.isAlternate ? "0o" : "")
        case "b": return spec.integer(integer, radix: 2, prefix: spec.isAlternate ? "0b" : "")
        case "c":
            guard let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else {
                throw .runtime("%c arg not in range(0x110000)")
            }
            return spec.pad(String(scalar))
        case let type?:
            guard "eEfFgG%".unicodeScalars.contains(type) else {
                throw .runtime("Unknown format code '\(type)' for object of type 'int'")
            }
            return spec.float(Double(integer))
        }
    }
}
