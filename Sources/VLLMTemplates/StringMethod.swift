// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The methods of Python's `str` that templates can call.
enum StringMethod: String {
    case capitalize, casefold, center, count, endswith, expandtabs, find, format, index, isalnum, isalpha
    case isascii, isdecimal, isdigit, isidentifier, islower, isnumeric, isprintable, isspace, istitle, isupper
    case join, ljust, lower, lstrip, partition, removeprefix, removesuffix, replace, rfind, rindex, rjust
    case rpartition, rsplit, rstrip, split, splitlines, startswith, strip, swapcase, title, upper, zfill
    case formatMap = "format_map"
}

extension Renderer {
    mutating func callMethod(
        _ method: StringMethod, of text: Text, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let name = method.rawValue
        try charge(text.size >> 4)
        switch method {
        case .strip, .lstrip, .rstrip: return try strip(text, method, arguments)
        case .startswith, .endswith: return .bool(try matchesEdge(text, method, arguments))
        case .split, .rsplit: return try split(text, method, arguments)
        case .splitlines: return try splitLines(text, arguments)
        case .replace: return try replace(text, arguments)
        case .join: return try join(text, arguments)
        case .find, .rfind, .index, .rindex: return .int(try find(text, method, arguments))
        case .count: return .int(try countOccurrences(text, arguments))
        case .partition, .rpartition: return try partition(text, method, arguments)
        case .removeprefix, .removesuffix:
            let other = try string(arguments.positional(name, 1...1)[0], name)
            if method == .removeprefix {
                return .string(text.hasPrefix(other) ? text.bytes(other.size, text.size) : text)
            }
            return .string(text.hasSuffix(other) ? text.bytes(0, text.size - other.size) : text)
        case .center, .ljust, .rjust, .zfill, .expandtabs: return try pad(text, method, arguments)
        case .format: return try format(text, arguments.positional, arguments.keyword)
        case .formatMap: return try formatMap(text, arguments)
        default:
            _ = try arguments.positional(name, 0...0)
            return try simple(text, method)
        }
    }

    /// The methods without arguments.
    private mutating func simple(_ text: Text, _ method: StringMethod) throws(TemplateError) -> Value {
        let string = text.string
        switch method {
        case .lower, .casefold: return try make(TextCase.lower(string), isMarkup: text.isMarkup)
        case .upper: return try make(TextCase.upper(string), isMarkup: text.isMarkup)
        case .title: return try make(TextCase.title(string), isMarkup: text.isMarkup)
        case .capitalize: return try make(TextCase.capitalize(string), isMarkup: text.isMarkup)
        case .swapcase: return try make(TextCase.swap(string), isMarkup: text.isMarkup)
        default: return .bool(TextCase.has(method, string))
        }
    }

    /// The string that an argument must be.
    func string(_ value: Value, _ function: String) throws(TemplateError) -> Text {
        if case .string(let text) = value { return text }
        if case .undefined(let undefined) = value { throw undefined.error }
        throw .runtime("\(function)() argument must be str, not \(value.typeName)")
    }

    /// The integer that an argument must be.
    func integer(_ value: Value, _ function: String) throws(TemplateError) -> Int {
        if let integer = value.integer { return integer }
        if case .undefined(let undefined) = value { throw undefined.error }
        throw .runtime("\(function)() argument must be int, not \(value.typeName)")
    }

    // MARK: - Edges

    mutating func strip(
        _ text: Text, _ method: StringMethod, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let values = try arguments.positional(method.rawValue, 0...1)
        var set: Set<Unicode.Scalar>?
        if let first = values.first, !first.isNone {
            set = Set(try string(first, method.rawValue).string.unicodeScalars)
        }
        func isStripped(_ scalar: Unicode.Scalar) -> Bool {
            if let set { set.contains(scalar) } else { TextSpace.isSpace(scalar) }
        }
        let scalars = text.string.unicodeScalars
        var start = scalars.startIndex
        var end = scalars.endIndex
        if method != .rstrip {
            while start < end, isStripped(scalars[start]) { start = scalars.index(after: start) }
        }
        if method != .lstrip {
            while start < end, isStripped(scalars[scalars.index(before: end)]) {
                end = scalars.index(before: end)
            }
        }
        let utf8 = text.string.utf8
        let from = utf8.distance(from: utf8.startIndex, to: start)
        return .string(text.bytes(from, from + utf8.distance(from: start, to: end)))
    }

    private func matchesEdge(
        _ text: Text, _ method: StringMethod, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        let values = try arguments.positional(method.rawValue, 1...3)
        var part = text
        if values.count > 1 {
            let (start, end) = try bounds(text, values.dropFirst())
            guard start <= end else { return false }
            part = text.slice(start, end)
        }
        var candidates = [values[0]]
        if case .tuple(let elements) = values[0] { candidates = elements.items }
        for candidate in candidates {
            let edge = try string(candidate, method.rawValue)
            if method == .startswith ? part.hasPrefix(edge) : part.hasSuffix(edge) { return true }
        }
        return false
    }

    /// Optional start and end positions; the start may be beyond the end.
    private func bounds(_ text: Text, _ values: ArraySlice<Value>) throws(TemplateError) -> (Int, Int) {
        let count = text.count
        var result = (0, count)
        if let first = values.first, !first.isNone {
            let start = try integer(first, "slice")
            result.0 = start < 0 ? max(0, start &+ count) : start
        }
        if let last = values.dropFirst().first, !last.isNone { result.1 = try clampedIndex(last, count) }
        return result
    }

    // MARK: - Search

    private func find(
        _ text: Text, _ method: StringMethod, _ arguments: Arguments
    ) throws(TemplateError) -> Int {
        let values = try arguments.positional(method.rawValue, 1...3)
        let part = try string(values[0], method.rawValue)
        let (start, end) = try bounds(text, values.dropFirst())
        var place: Int?
        if start <= end {
            let (from, to) = (text.offset(of: start), text.offset(of: end))
            let isForward = method == .find || method == .index
            let searcher = Searcher(part.string, isBackward: !isForward)
            place =
                isForward
                ? searcher.first(in: text, from: from, to: to) : searcher.last(in: text, from: from, to: to)
        }
        if let place { return text.position(ofByte: place) }
        if method == .index || method == .rindex { throw .runtime("substring not found") }
        return -1
    }

    private func countOccurrences(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Int {
        let values = try arguments.positional("count", 1...3)
        let part = try string(values[0], "count")
        let (start, end) = try bounds(text, values.dropFirst())
        guard start <= end else { return 0 }
        if part.isEmpty { return end - start + 1 }
        return Searcher(part.string).all(in: text, from: text.offset(of: start), to: text.offset(of: end))
            .count
    }

    private mutating func replace(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.positional("replace", 2...3)
        let old = try string(values[0], "replace")
        let new = try string(values[1], "replace")
        let limit = values.count > 2 ? try integer(values[2], "replace") : -1
        return try replace(text, old, new, limit)
    }

    mutating func replace(_ text: Text, _ old: Text, _ new: Text, _ limit: Int) throws(TemplateError) -> Value
    {
        // The size is bounded before anything is made.
        let most = old.isEmpty ? text.count + 1 : text.size / old.size
        let (growth, overflow) = most.multipliedReportingOverflow(by: new.size)
        if overflow || growth > limits.maximumOutputInBytes {
            let places = old.isEmpty ? most : Searcher(old.string).all(in: text).count
            let count = limit < 0 ? places : min(places, limit)
            let (size, overflow) = count.multipliedReportingOverflow(by: new.size)
            try charge(bytes: overflow ? .max : size)
        }
        return try make(
            text.replacing(old, with: new, limit: limit < 0 ? .max : limit), isMarkup: text.isMarkup)
    }

    private func partition(
        _ text: Text, _ method: StringMethod, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let separator = try string(arguments.positional(method.rawValue, 1...1)[0], method.rawValue)
        if separator.isEmpty { throw .runtime("empty separator") }
        let isForward = method == .partition
        let searcher = Searcher(separator.string, isBackward: !isForward)
        guard let place = isForward ? searcher.first(in: text) : searcher.last(in: text, to: text.size) else {
            let parts: [Text] = isForward ? [text, .empty, .empty] : [.empty, .empty, text]
            return .tuple(try Elements(parts.map { .string($0.marked(text.isMarkup)) }))
        }
        let parts = [text.bytes(0, place), separator, text.bytes(place + separator.size, text.size)]
        return .tuple(try Elements(parts.map { .string($0.marked(text.isMarkup)) }))
    }
}
