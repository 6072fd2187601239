// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension Renderer {
    mutating func applyText(
        _ filter: Filter, to value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch filter {
        case .format:
            let format = try text(of: value)
            if !arguments.keyword.isEmpty {
                if !arguments.positional.isEmpty {
                    throw .runtime("can't handle positional and keyword arguments at the same time")
                }
                let entries = arguments.keyword.map { (Value.string($0.name), $0.value) }
                return try formatPercent(format, .dict(try Mapping(entries)))
            }
            return try formatPercent(format, .tuple(try Elements(arguments.positional)))
        case .trim:
            let values = try arguments.bind("trim", ["chars"])
            return try strip(try text(of: value), .strip, Arguments(positional: values.compactMap { $0 }))
        case .replace: return try replaceFilter(value, arguments)
        case .indent: return try indent(value, arguments)
        case .truncate: return try truncate(value, arguments)
        case .wordwrap: return try wrapWords(value, arguments)
        case .center:
            let width = try arguments.bind("center", ["width"])[0] ?? .int(80)
            return try pad(try text(of: value), .center, Arguments(positional: [width]))
        case .xmlattr: return try xmlAttributes(value, arguments)
        default:
            _ = try arguments.bind(filter.rawValue, [])
            return try applySimple(filter, to: value)
        }
    }

    /// The filters without arguments.
    private mutating func applySimple(_ filter: Filter, to value: Value) throws(TemplateError) -> Value {
        if filter == .urlencode { return try urlEncode(value) }
        let text = try text(of: value)
        try charge(bytes: text.size)
        switch filter {
        case .upper: return try make(TextCase.upper(text.string), isMarkup: text.isMarkup)
        case .lower: return try make(TextCase.lower(text.string), isMarkup: text.isMarkup)
        case .capitalize: return try make(TextCase.capitalize(text.string), isMarkup: text.isMarkup)
        case .title: return try make(Self.title(text.string))
        case .safe: return .string(text.marked(true))
        case .e, .escape:
            return text.isMarkup ? .string(text) : try make(Self.escape(text.string), isMarkup: true)
        case .forceescape: return try make(Self.escape(text.string), isMarkup: true)
        case .striptags: return try make(HTMLText.stripTags(text))
        case .wordcount: return .int(Self.wordCount(text.string))
        default: return .string(text)
        }
    }

    /// A capital after white space, a hyphen or an opening bracket.
    private static func title(_ text: String) -> String {
        let separators: Set<Unicode.Scalar> = ["-", "(", "{", "[", "<"]
        var result = ""
        var word = ""
        func flush() {
            guard let first = word.unicodeScalars.first else { return }
            let rest = String(String.UnicodeScalarView(word.unicodeScalars.dropFirst()))
            result += first.properties.uppercaseMapping + TextCase.lower(rest)
            word = ""
        }
        for scalar in text.unicodeScalars {
            if separators.contains(scalar) || TextSpace.isSpace(scalar) {
                flush()
                result.unicodeScalars.append(scalar)
            } else {
                word.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result
    }

    private static func wordCount(_ text: String) -> Int {
        var count = 0
        var isInWord = false
        for scalar in text.unicodeScalars {
            let isWord = scalar == "_" || TextCase.isLetter(scalar) || scalar.properties.numericType != nil
            if isWord, !isInWord { count += 1 }
            isInWord = isWord
        }
        return count
    }

    private mutating func replaceFilter(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let values = try arguments.bind("replace", ["old", "new", "count"], required: 2)
        var limit = -1
        if let count = values[2], !count.isNone { limit = try integer(count, "replace") }
        let old = try text(of: values[0] ?? .none)
        let new = try text(of: values[1] ?? .none)
        return try replace(try text(of: value).marked(false), old, new, limit)
    }

    private mutating func indent(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("indent", ["width", "first", "blank"])
        let source = try string(value, "indent")
        var indentation: String
        if let text = values[0]?.text {
            indentation = text.string
        } else {
            let width =
                try values[0].map { (value) throws(TemplateError) in try integer(value, "indent") } ?? 4
            try charge(bytes: max(0, width))
            indentation = String(repeating: " ", count: max(0, width))
        }
        let includesBlank = values[2]?.isTrue ?? false
        let lines = Self.lines(of: Text(source.string + "\n"))
        var result = values[1]?.isTrue ?? false ? indentation : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if includesBlank || !line.isEmpty { result += indentation }
            }
            result += line.string
            try charge(bytes: line.size + indentation.utf8.count)
            if result.utf8.count > limits.maximumOutputInBytes {
                throw .limit("an indented text is too long")
            }
        }
        return try make(result, isMarkup: source.isMarkup)
    }

    private mutating func truncate(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("truncate", ["length", "killwords", "end", "leeway"])
        let length =
            try values[0].map { (value) throws(TemplateError) in try integer(value, "truncate") } ?? 255
        let end =
            try values[2].map { (value) throws(TemplateError) in try string(value, "truncate") }
            ?? Text("...")
        var leeway = 5
        if let given = values[3], !given.isNone { leeway = try integer(given, "truncate") }
        if length < end.count { throw .runtime("expected length >= \(end.count), got \(length)") }
        if leeway < 0 { throw .runtime("expected leeway >= 0, got \(leeway)") }
        if try self.length(of: value) <= length.addingReportingOverflow(leeway).partialValue { return value }
        let text = try string(value, "truncate")
        var part = text.slice(0, length - end.count)
        if !(values[1]?.isTrue ?? false),
            let place = Searcher(" ", isBackward: true).last(in: part, to: part.size)
        {
            part = part.bytes(0, place)
        }
        return try make(part.string + end.string)
    }

    private mutating func xmlAttributes(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let values = try arguments.bind("xmlattr", ["autospace"])
        guard case .dict(let mapping) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw .runtime("'\(value.typeName)' object has no attribute 'items'")
        }
        var parts: [String] = []
        for (key, value) in zip(mapping.keys, mapping.values) where !value.isNone && !value.isUndefined {
            let name = try string(key, "xmlattr").string
            if name.unicodeScalars.contains(where: { " \t\n\r\u{B}\u{C}/>=".unicodeScalars.contains($0) }) {
                throw .runtime("Invalid character in attribute name: '\(name)'")
            }
            let text = try text(of: value)
            parts.append(
                Self.escape(name) + "=\"" + (text.isMarkup ? text.string : Self.escape(text.string)) + "\"")
        }
        let joined = parts.joined(separator: " ")
        let isSpaced = values[0]?.isTrue ?? true
        return try make(isSpaced && !joined.isEmpty ? " " + joined : joined)
    }

    private mutating func urlEncode(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .dict, .list, .tuple, .iterator, .view, .range, .undefined: break
        default: return try make(HTMLText.urlQuoted(try text(of: value).string, isQuery: false))
        }
        var pairs = try iterate(value)
        if case .dict(let mapping) = value { pairs = try MappingView(mapping, .items).items() }
        var parts: [String] = []
        for pair in pairs {
            let items = try iterate(pair)
            guard items.count == 2 else { throw .runtime("urlencode takes pairs") }
            let key = HTMLText.urlQuoted(try text(of: items[0]).string, isQuery: true)
            parts.append(key + "=" + HTMLText.urlQuoted(try text(of: items[1]).string, isQuery: true))
        }
        return try make(parts.joined(separator: "&"))
    }

    // MARK: - JSON

    mutating func toJSON(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
        var style = JSONStyle(indent: try indentation(values[1]), ensuresASCII: values[0]?.isTrue ?? false)
        if let separators = values[2], !separators.isNone {
            let items = try iterate(separators)
            guard items.count == 2 else { throw .runtime("separators must be a pair of strings") }
            style.itemSeparator = try string(items[0], "tojson").string
            style.keySeparator = try string(items[1], "tojson").string
        }
        let element = style.itemSeparator.utf8.count + style.keySeparator.utf8.count
        let layout = (element: element, level: style.indent?.utf8.count ?? 0)
        let json = try json(value, sortsKeys: values[3]?.isTrue ?? false, layout: layout)
        let bytes = JSONWriter(style: style).bytes(json)
        return try make(String(decoding: bytes, as: UTF8.self))
    }

    private mutating func indentation(_ value: Value?) throws(TemplateError) -> String? {
        guard let value, !value.isNone else { return nil }
        if let text = value.text { return text.string }
        let width = max(0, try integer(value, "tojson"))
        if width > 1000 { throw .limit("the indentation is too large") }
        return String(repeating: " ", count: width)
    }
}
