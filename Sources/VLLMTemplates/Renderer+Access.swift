// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    /// The elements of a value; an iterator is empty afterwards.
    mutating func iterate(_ value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .undefined: return []
        case .list(let elements), .tuple(let elements): return elements.items
        case .dict(let mapping): return mapping.keys
        case .string(let text):
            try charge(text.size)
            return text.characters()
        case .range(let range):
            try charge(range.count)
            return range.items
        case .iterator(let iterator): return try iterator.drain()
        case .view(let view):
            try charge(view.mapping.count)
            return try view.items()
        default: throw .runtime("'\(value.typeName)' object is not iterable")
        }
    }

    /// The number of elements, as Python's `len`.
    func length(of value: Value) throws(TemplateError) -> Int {
        switch value {
        case .undefined: return 0
        case .list(let elements), .tuple(let elements): return elements.items.count
        case .dict(let mapping): return mapping.count
        case .string(let text): return text.count
        case .range(let range): return range.count
        case .view(let view): return view.mapping.count
        case .loop(let loop): return loop.items.count
        default: throw .runtime("object of type '\(value.typeName)' has no len()")
        }
    }

    // MARK: - Attributes

    /// What `value.name` is: the attribute, else the item, else undefined.
    mutating func attribute(_ name: Text, of value: Value) throws(TemplateError) -> Value {
        if let found = try ownAttribute(name, of: value) { return found }
        if case .dict(let mapping) = value, let item = mapping[name] { return item }
        return missing(name, of: value)
    }

    private func missing(_ name: Text, of value: Value) -> Value {
        .undefined(Undefined(.attribute(owner: value.ownerName, name: name.string)))
    }

    /// The attribute of a value, or nil if it has none of this name.
    private mutating func ownAttribute(_ name: Text, of value: Value) throws(TemplateError) -> Value? {
        if case .undefined(let undefined) = value { throw undefined.error }
        if value.isUnsafe(name) {
            return .undefined(Undefined(.unsafe(owner: value.typeName, name: name.string)))
        }
        switch value {
        case .namespace(let namespace):
            try charge(namespace.attributes.count >> 3)
            return namespace[name]
        case .loop(let loop): return try attribute(name, of: loop) ?? method(name, of: value)
        case .macro(let macro): return try attribute(name.string, of: macro)
        case .cycler(let cycler) where name.string == "current": return cycler.items[cycler.position]
        case .tuple(let elements) where !elements.names.isEmpty:
            if let place = elements.names.firstIndex(of: name.string) { return elements.items[place] }
            return method(name, of: value)
        case .float(let number) where name.string == "real": return .float(number)
        case .int, .wide, .bool:
            switch name.string {
            case "real", "numerator": return .integer(value.wideInteger ?? 0)
            case "imag": return .int(0)
            case "denominator": return .int(1)
            default: return method(name, of: value)
            }
        default: return method(name, of: value)
        }
    }

    private func method(_ name: Text, of value: Value) -> Value? {
        value.hasMethod(name) ? .method(BoundMethod(receiver: value, name: name)) : nil
    }

    private func attribute(_ name: Text, of loop: LoopState) throws(TemplateError) -> Value? {
        let count = loop.items.count
        switch name.string {
        case "index": return .int(loop.index0 + 1)
        case "index0": return .int(loop.index0)
        case "revindex": return .int(count - loop.index0)
        case "revindex0": return .int(count - loop.index0 - 1)
        case "first": return .bool(loop.index0 == 0)
        case "last": return .bool(loop.index0 == count - 1)
        case "length": return .int(count)
        case "depth": return .int(loop.depth0 + 1)
        case "depth0": return .int(loop.depth0)
        case "previtem":
            if loop.index0 > 0 { return loop.items[loop.index0 - 1] }
            return .undefined(Undefined(.hint("there is no previous item")))
        case "nextitem":
            if loop.index0 + 1 < count { return loop.items[loop.index0 + 1] }
            return .undefined(Undefined(.hint("there is no next item")))
        default: return nil
        }
    }

    private mutating func attribute(_ name: String, of macro: Macro) throws(TemplateError) -> Value? {
        let definition = macro.definition
        switch name {
        case "name": return .text(definition.name)
        case "arguments":
            return .tuple(try Elements(definition.parameters.map { .string($0.name) }))
        case "catch_kwargs": return .bool(definition.keywords != nil)
        case "catch_varargs": return .bool(definition.rest != nil)
        case "caller": return .bool(definition.caller != nil)
        default: return nil
        }
    }

    // MARK: - Items

    /// What `value[key]` is: the item, else the attribute, else undefined.
    mutating func item(_ key: Value, of value: Value) throws(TemplateError) -> Value {
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .dict(let mapping):
            if key.isHashable, let found = try lookUp(key, in: mapping) { return found }
        case .list(let elements), .tuple(let elements):
            if let place = position(key, elements.items.count) { return elements.items[place] }
        case .string(let text):
            if key.integer != nil, let place = position(key, text.count) {
                try charge(1)
                return .string(text.character(place))
            }
        case .range(let range):
            if let place = position(key, range.count) { return range[place] }
        default: break
        }
        if case .string(let name) = key {
            if let found = try ownAttribute(name, of: value) { return found }
            return missing(name, of: value)
        }
        // A container as a key may be far larger than a message should be.
        let name = key.number == nil ? key.typeName : try repr(key)
        return .undefined(Undefined(.element(owner: value.ownerName, key: name)))
    }

    /// The place that an index means, counted from the end if it is negative.
    private func position(_ key: Value, _ count: Int) -> Int? {
        guard let index = key.integer else { return nil }
        let place = index < 0 ? index &+ count : index
        return (0..<count).contains(place) ? place : nil
    }

    // MARK: - Slices

    mutating func slice(
        _ value: Value, _ start: Value?, _ stop: Value?, _ step: Value?
    ) throws(TemplateError) -> Value {
        let count: Int
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .string, .list, .tuple, .range: count = try length(of: value)
        case .dict: throw .runtime("unhashable type: 'slice'")
        default: throw .runtime("'\(value.typeName)' object is not subscriptable")
        }
        for bound in [start, stop, step] {
            guard bound.map({ $0.isNone || $0.wideInteger != nil }) ?? true else {
                throw .runtime("slice indices must be integers or None")
            }
        }
        let indices = try SliceIndices(
            start: start?.clampedInteger, stop: stop?.clampedInteger, step: step?.clampedInteger, count: count
        )
        try charge(indices.count >> 2)
        return try slice(value, indices)
    }

    private mutating func slice(_ value: Value, _ indices: SliceIndices) throws(TemplateError) -> Value {
        switch value {
        case .string(let text):
            if indices.step == 1 {
                let slice = text.slice(indices.start, max(indices.start, indices.stop))
                try charge(bytes: slice.size)
                return .string(slice)
            }
            let scalars = Array(text.string.unicodeScalars)
            try charge(scalars.count)
            var result = String.UnicodeScalarView()
            for place in indices.places { result.append(scalars[place]) }
            return .string(Text(String(result), isMarkup: text.isMarkup))
        case .list(let elements):
            return .list(try Elements(indices.places.map { elements.items[$0] }))
        case .tuple(let elements):
            return .tuple(try Elements(indices.places.map { elements.items[$0] }))
        case .range(let range):
            let step = range.step.multipliedReportingOverflow(by: indices.step)
            if step.overflow { throw .runtime("range step does not fit 64 bits") }
            let first = range.start &+ indices.start &* range.step
            let end = range.start &+ indices.stop &* range.step
            return .range(
                try RangeValue(
                    start: first, stop: end, step: step.partialValue, limit: limits.maximumRange))
        default: return value
        }
    }
}

extension Value {
    /// The integer, or the nearest that fits, as bounds of slices are taken.
    fileprivate var clampedInteger: Int? { wideInteger.map { Int(clamping: $0) } }

    /// How messages about missing attributes call a value.
    var ownerName: String {
        switch self {
        case .none: "None"
        case .undefined: "Undefined"
        default: typeName + " object"
        }
    }

    /// Whether the sandbox keeps an attribute from templates.
    func isUnsafe(_ name: Text) -> Bool {
        let text = name.string
        if text.hasPrefix("__"), text.hasSuffix("__") {
            if case .namespace = self { return false }
            return ["__class__", "__init__", "__doc__", "__dict__", "__len__", "__iter__", "__eq__"].contains(
                text)
        }
        switch self {
        case .dict: return ["clear", "pop", "popitem", "setdefault", "update"].contains(text)
        case .list:
            return ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"].contains(text)
        default: return false
        }
    }
}
