// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Where a piece of a pretty-printed value stands.
private struct PrettyPlace {
    /// Columns before it.
    var indent = 0
    /// Columns behind its last line.
    var allowance = 0
    /// How many containers it is in.
    var level = 0

    /// Columns of a line, as Python's `pprint` has them.
    static let width = 80

    /// The place of an element that begins so many columns further.
    func inner(indent: Int, allowance: Int) -> PrettyPlace {
        PrettyPlace(indent: indent, allowance: allowance, level: level + 1)
    }
}

extension Renderer {
    /// What Python's `pprint.pformat` makes of a value: dicts sorted, and an element a line where one line is too long.
    mutating func prettyPrinted(_ value: Value) throws(TemplateError) -> String {
        var result = ""
        try append(value, at: PrettyPlace(), to: &result)
        return result
    }

    private mutating func append(
        _ value: Value, at place: PrettyPlace, to result: inout String
    ) throws(TemplateError) {
        try enter()
        let sorted = try sortedDicts(value)
        let text = try repr(sorted)
        let isLong = text.unicodeScalars.count > PrettyPlace.width - place.indent - place.allowance
        switch sorted {
        case .dict(let mapping) where isLong: try append(mapping, at: place, to: &result)
        case .list(let elements) where isLong:
            try append(elements.items, between: ("[", "]"), at: place, to: &result)
        case .tuple(let elements) where isLong:
            let end = elements.items.count == 1 ? ",)" : ")"
            try append(elements.items, between: ("(", end), at: place, to: &result)
        case .string(let string) where isLong && !string.isMarkup:
            try append(string, at: place, to: &result)
        default: result += text
        }
        try charge(bytes: text.utf8.count)
        if result.utf8.count > limits.maximumOutputInBytes { throw .limit("a printed value is too long") }
        leave()
    }

    /// The same value with the keys of all dicts in order.
    private mutating func sortedDicts(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .list(let elements):
            return .list(try Elements(try sortedDicts(elements.items), names: elements.names))
        case .tuple(let elements):
            return .tuple(try Elements(try sortedDicts(elements.items), names: elements.names))
        case .dict(let mapping):
            try enter()
            // Keys that have no order stay as they are; Python orders them by type and address.
            let places = mapping.keys.indices.map { Value.int($0) }
            var order = places
            let failure = try failure { renderer throws(TemplateError) in
                order = try renderer.sort(places, keys: mapping.keys, isReversed: false)
            }
            if failure != nil { order = places }
            var entries: [(Value, Value)] = []
            for place in order.compactMap(\.integer) {
                entries.append((mapping.keys[place], try sortedDicts(mapping.values[place])))
            }
            leave()
            return .dict(try Mapping(entries))
        default: return value
        }
    }

    private mutating func sortedDicts(_ items: [Value]) throws(TemplateError) -> [Value] {
        try enter()
        var sorted: [Value] = []
        for item in items { sorted.append(try sortedDicts(item)) }
        leave()
        return sorted
    }

    private mutating func append(
        _ mapping: Mapping, at place: PrettyPlace, to result: inout String
    ) throws(TemplateError) {
        result += "{"
        let indent = place.indent + 1
        for index in 0..<mapping.count {
            if index > 0 { result += ",\n" + String(repeating: " ", count: indent) }
            let key = try repr(mapping.keys[index])
            result += key + ": "
            let isLast = index == mapping.count - 1
            try append(
                mapping.values[index],
                at: place.inner(
                    indent: indent + key.unicodeScalars.count + 2,
                    allowance: isLast ? place.allowance + 1 : 1),
                to: &result)
        }
        result += "}"
    }

    private mutating func append(
        _ items: [Value], between ends: (String, String), at place: PrettyPlace, to result: inout String
    ) throws(TemplateError) {
        result += ends.0
        let indent = place.indent + 1
        for (index, item) in items.enumerated() {
            if index > 0 { result += ",\n" + String(repeating: " ", count: indent) }
            let isLast = index == items.count - 1
            try append(
                item,
                at: place.inner(indent: indent, allowance: isLast ? place.allowance + ends.1.utf8.count : 1),
                to: &result)
        }
        result += ends.1
    }

    /// Writes a text as several literals that Python joins.
    private mutating func append(
        _ text: Text, at place: PrettyPlace, to result: inout String
    ) throws(TemplateError) {
        let isOutermost = place.level == 0
        let indent = place.indent + (isOutermost ? 1 : 0)
        let allowance = place.allowance + (isOutermost ? 1 : 0)
        var chunks: [String] = []
        let lines = Self.lines(of: text, keepsEnds: true)
        for (index, line) in lines.enumerated() {
            try charge(line.size)
            let isLast = index == lines.count - 1
            let whole = Self.quoted(line)
            let width = PrettyPlace.width - indent
            if whole.unicodeScalars.count <= width - (isLast ? allowance : 0) {
                chunks.append(whole)
            } else {
                chunks += try Self.chunks(of: line, width: width, allowance: isLast ? allowance : 0)
            }
        }
        let isBracketed = isOutermost && chunks.count > 1
        if isBracketed { result += "(" }
        result += chunks.joined(separator: "\n" + String(repeating: " ", count: indent))
        if isBracketed { result += ")" }
    }

    /// The literals of a line, each of as many words as fit a width; the last one has less of it.
    private static func chunks(
        of line: Text, width: Int, allowance: Int
    ) throws(TemplateError) -> [String] {
        var parts: [String] = []
        var part = String.UnicodeScalarView()
        var isInSpace = false
        for scalar in line.string.unicodeScalars {
            let isSpace = TextSpace.isSpace(scalar)
            if isInSpace, !isSpace {
                parts.append(String(part))
                part = .init()
            }
            isInSpace = isSpace
            part.append(scalar)
        }
        parts.append(String(part))
        var chunks: [String] = []
        var current = ""
        for (index, part) in parts.enumerated() {
            let candidate = current + part
            let most = index == parts.count - 1 ? width - allowance : width
            if quoted(Text(candidate)).unicodeScalars.count > most {
                if !current.isEmpty { chunks.append(quoted(Text(current))) }
                current = part
            } else {
                current = candidate
            }
        }
        if !current.isEmpty { chunks.append(quoted(Text(current))) }
        return chunks
    }
}
