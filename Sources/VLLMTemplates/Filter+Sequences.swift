// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func applySequence(
        _ filter: Filter, to value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch filter {
        case .count, .length:
            _ = try arguments.bind("length", [])
            return .int(try length(of: value))
        case .list:
            _ = try arguments.bind("list", [])
            return try make(try iterate(value))
        case .first:
            _ = try arguments.bind("first", [])
            return try first(value)
        case .last:
            _ = try arguments.bind("last", [])
            return try last(value)
        case .random:
            _ = try arguments.bind("random", [])
            return try random(value)
        case .reverse:
            _ = try arguments.bind("reverse", [])
            return try reverse(value)
        case .items:
            _ = try arguments.bind("items", [])
            if value.isUndefined { return .iterator(try ValueIterator([])) }
            guard case .dict(let mapping) = value else {
                let failure = TemplateError.runtime("Can only get item pairs from a mapping.")
                return .iterator(try ValueIterator([], failure: failure))
            }
            try charge(mapping.count)
            return .iterator(try ValueIterator(try MappingView(mapping, .items).items()))
        case .batch: return try batch(value, arguments)
        case .slice: return try columns(value, arguments)
        default: return try join(value, arguments)
        }
    }

    private mutating func first(_ value: Value) throws(TemplateError) -> Value {
        let found: Value?
        switch value {
        case .iterator(let iterator): found = try iterator.next()
        case .string(let text): found = text.isEmpty ? nil : .string(text.character(0).marked(false))
        default: found = try iterate(value).first
        }
        return found ?? .undefined(Undefined(.hint("No first item, sequence was empty.")))
    }

    /// Any of the elements that have a place.
    private mutating func random(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .string, .list, .tuple, .range, .undefined: break
        default: throw .runtime("'\(value.typeName)' object has no elements by place")
        }
        return try iterate(value).randomElement()
            ?? .undefined(Undefined(.hint("No random item, sequence was empty.")))
    }

    private mutating func last(_ value: Value) throws(TemplateError) -> Value {
        if case .iterator = value { throw .runtime("'generator' object is not reversible") }
        let found: Value?
        if case .string(let text) = value {
            found = text.isEmpty ? nil : .string(text.character(text.count - 1))
        } else {
            found = try iterate(value).last
        }
        return found ?? .undefined(Undefined(.hint("No last item, sequence was empty.")))
    }

    private mutating func reverse(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .string(let text):
            let reversed = String(String.UnicodeScalarView(text.string.unicodeScalars.reversed()))
            return try make(reversed, isMarkup: text.isMarkup)
        case .iterator(let iterator): return try make(try iterator.drain().reversed())
        default:
            let items = try iterate(value)
            try charge(items.count)
            return .iterator(try ValueIterator(items.reversed()))
        }
    }

    private mutating func batch(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("batch", ["linecount", "fill_with"], required: 1)
        var batches: [Value] = []
        let failure = try failure { renderer throws(TemplateError) in
            try renderer.addBatches(of: value, values, to: &batches)
        }
        return .iterator(try ValueIterator(batches, failure: failure))
    }

    private mutating func addBatches(
        of value: Value, _ values: [Value?], to batches: inout [Value]
    ) throws(TemplateError) {
        let size = try integer(values[0] ?? .none, "batch")
        var current: [Value] = []
        for item in try iterate(value) {
            if current.count == size {
                batches.append(try make(current))
                current = []
            }
            current.append(item)
        }
        if !current.isEmpty {
            if let fill = values[1], !fill.isNone, current.count < size {
                if size > limits.maximumRange { throw .limit("the batch is too large") }
                current += repeatElement(fill, count: size - current.count)
            }
            batches.append(try make(current))
        }
    }

    private mutating func columns(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("slice", ["slices", "fill_with"], required: 1)
        var parts: [Value] = []
        let failure = try failure { renderer throws(TemplateError) in
            try renderer.addColumns(of: value, values, to: &parts)
        }
        return .iterator(try ValueIterator(parts, failure: failure))
    }

    private mutating func addColumns(
        of value: Value, _ values: [Value?], to parts: inout [Value]
    ) throws(TemplateError) {
        let count = try integer(values[0] ?? .none, "slice")
        let items = try iterate(value)
        if count == 0 { throw .runtime("integer division or modulo by zero") }
        if count > limits.maximumRange { throw .limit("too many slices") }
        var offset = 0
        for index in 0..<max(0, count) {
            let size = items.count / count
            let start = offset + index * size
            if index < items.count % count { offset += 1 }
            var part = Array(items[start..<(offset + (index + 1) * size)])
            if let fill = values[1], !fill.isNone, index >= items.count % count { part.append(fill) }
            parts.append(try make(part))
        }
    }

    private mutating func join(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("join", ["d", "attribute"])
        let separator = try text(of: values[0] ?? .string(.empty))
        var result = ""
        var isFirst = true
        for item in try iterate(value) {
            let part = try text(of: try attributePath(values[1], of: item))
            if !isFirst { result += separator.string }
            isFirst = false
            result += part.string
            try charge(bytes: part.size + separator.size)
            if result.utf8.count > limits.maximumOutputInBytes { throw .limit("a joined string is too long") }
        }
        return try make(result)
    }

    // MARK: - Attributes by path

    /// Looks up an attribute such as `address.city` or `0`; nil and `none` give the value itself.
    mutating func attributePath(
        _ path: Value?, of value: Value, default fallback: Value? = nil
    ) throws(TemplateError) -> Value {
        guard let path, !path.isNone else { return value }
        guard case .string(let text) = path else {
            return try step(path, of: value, default: fallback)
        }
        var value = value
        for part in text.string.split(separator: ".", omittingEmptySubsequences: false) {
            let isNumber = !part.isEmpty && part.unicodeScalars.allSatisfy(TextCase.isDigit)
            let key: Value =
                isNumber ? Int(part).map { .int($0) } ?? .text(String(part)) : .text(String(part))
            value = try step(key, of: value, default: fallback)
        }
        return value
    }

    private mutating func step(
        _ key: Value, of value: Value, default fallback: Value?
    ) throws(TemplateError) -> Value {
        try charge(1)
        let found = try item(key, of: value)
        if let fallback, !fallback.isNone, found.isUndefined { return fallback }
        return found
    }

    /// The attribute alone, without a look at the items.
    mutating func ownAttributeOrUndefined(_ name: Text, of value: Value) throws(TemplateError) -> Value {
        if case .dict = value, !value.hasMethod(name), !value.isUnsafe(name) {
            return .undefined(Undefined(.attribute(owner: value.ownerName, name: name.string)))
        }
        return try attribute(name, of: value)
    }
}
