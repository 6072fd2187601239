// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func call(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        try charge(1)
        switch value {
        case .undefined(let undefined): throw undefined.error
        case .macro(let macro): return try call(macro, arguments)
        case .method(let method): return try callMethod(method.name, of: method.receiver, arguments)
        case .function(let function): return try call(function, arguments)
        case .loop(let loop):
            let values = try arguments.bind("loop", ["iterable"], required: 1)
            return try recurse(loop, over: values[0] ?? .none)
        case .joiner(let joiner):
            _ = try arguments.positional("joiner", 0...0)
            defer { joiner.isUsed = true }
            return .string(joiner.isUsed ? joiner.separator : .empty)
        default: throw .runtime("'\(value.typeName)' object is not callable")
        }
    }

    private mutating func call(_ function: Function, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch function {
        case .range: return try makeRange(arguments)
        case .dict: return .dict(try makeMapping(arguments))
        case .dictFromKeys:
            let values = try arguments.positional("fromkeys", 1...2)
            let keys = try iterate(values[0])
            let value = values.count > 1 ? values[1] : .none
            return .dict(try Mapping(keys.map { ($0, value) }))
        case .namespace:
            let namespace = Namespace()
            register(namespace)
            let mapping = try makeMapping(arguments)
            for (key, value) in zip(mapping.keys, mapping.values) {
                guard case .string(let name) = key else { continue }
                try charge(namespace.attributes.count)
                try setAttribute(of: namespace, name, value)
            }
            return .namespace(namespace)
        case .cycler:
            if arguments.positional.isEmpty { throw .runtime("at least one item has to be provided") }
            return .cycler(try Cycler(arguments.positional))
        case .joiner:
            let values = try arguments.bind("joiner", ["sep"])
            return .joiner(Joiner(try text(of: values[0] ?? .text(", "))))
        case .raiseException:
            let values = try arguments.bind("raise_exception", ["message"], required: 1)
            let message = try text(of: values[0] ?? .none).string
            throw TemplateError(kind: .raised, message: message, line: line)
        case .strftimeNow:
            let values = try arguments.bind("strftime_now", ["format"], required: 1)
            guard let format = values[0]?.text else { throw .runtime("strftime_now() takes a string") }
            return try make((now ?? Platform.localTime()).formatted(format.string))
        }
    }

    private func makeRange(_ arguments: Arguments) throws(TemplateError) -> Value {
        var bounds: [Int] = []
        for value in try arguments.positional("range", 1...3) {
            guard let integer = value.integer else {
                throw .runtime("'\(value.typeName)' object cannot be interpreted as an integer")
            }
            bounds.append(integer)
        }
        return .range(
            try RangeValue(
                start: bounds.count > 1 ? bounds[0] : 0, stop: bounds.count > 1 ? bounds[1] : bounds[0],
                step: bounds.count > 2 ? bounds[2] : 1, limit: limits.maximumRange))
    }

    /// What Python's `dict` makes of its arguments.
    private mutating func makeMapping(_ arguments: Arguments) throws(TemplateError) -> Mapping {
        var builder = Mapping.Builder()
        if arguments.positional.count > 1 { throw .runtime("dict expected at most 1 argument") }
        if let first = arguments.positional.first {
            if case .dict(let mapping) = first {
                try charge(mapping.count)
                for (key, value) in zip(mapping.keys, mapping.values) { try builder.set(key, value) }
            } else {
                for pair in try iterate(first) {
                    let items = try iterate(pair)
                    guard items.count == 2 else {
                        throw .runtime(
                            "dictionary update sequence element has length \(items.count); 2 is required")
                    }
                    try builder.set(items[0], items[1])
                }
            }
        }
        for argument in arguments.keyword { try builder.set(.string(argument.name), argument.value) }
        return try Mapping(builder)
    }

    // MARK: - Methods

    mutating func callMethod(
        _ name: Text, of value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        try charge(1)
        switch value {
        case .string(let text):
            guard let method = StringMethod(rawValue: name.string) else {
                throw .runtime("'str' object has no method '\(name.string)' here")
            }
            return try callMethod(method, of: text, arguments)
        case .dict(let mapping): return try callMethod(name.string, of: mapping, arguments)
        case .list(let elements), .tuple(let elements):
            return try callMethod(name.string, of: elements, value, arguments)
        case .loop(let loop): return try callMethod(name.string, of: loop, arguments)
        case .cycler(let cycler): return try callMethod(name.string, of: cycler, arguments)
        case .range:
            let values = try arguments.positional(name.string, 1...1)
            let items = try iterate(value)
            if name.string == "count" { return .int(try count(values[0], in: items)) }
            return .int(try index(of: values[0], in: items, 0, items.count))
        case .float(let number):
            _ = try arguments.positional(name.string, 0...0)
            if name.string == "is_integer" { return .bool(number == number.rounded(.towardZero)) }
        case .int, .wide, .bool:
            _ = try arguments.positional(name.string, 0...0)
            let magnitude = (value.wideInteger ?? 0).magnitude
            if name.string == "bit_length" { return .int(Int128.bitWidth - magnitude.leadingZeroBitCount) }
        case .function(.dict): return try call(.dictFromKeys, arguments)
        default: break
        }
        throw .runtime("'\(value.typeName)' object has no method '\(name.string)' here")
    }

    private mutating func callMethod(
        _ name: String, of mapping: Mapping, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "get":
            let values = try arguments.positional(name, 1...2)
            return try lookUp(values[0], in: mapping) ?? (values.count > 1 ? values[1] : .none)
        case "fromkeys": return try call(.dictFromKeys, arguments)
        default: _ = try arguments.positional(name, 0...0)
        }
        switch name {
        case "items": return .view(MappingView(mapping, .items))
        case "keys": return .view(MappingView(mapping, .keys))
        case "values": return .view(MappingView(mapping, .values))
        case "copy":
            try charge(mapping.count)
            return .dict(try Mapping(Array(zip(mapping.keys, mapping.values))))
        default: throw .runtime("dict has no method '\(name)' here")
        }
    }

    private mutating func callMethod(
        _ name: String, of elements: Elements, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "index":
            let values = try arguments.positional(name, 1...3)
            var bounds = (0, elements.items.count)
            if values.count > 1 { bounds.0 = try clampedIndex(values[1], elements.items.count) }
            if values.count > 2 { bounds.1 = try clampedIndex(values[2], elements.items.count) }
            return .int(try index(of: values[0], in: elements.items, bounds.0, bounds.1))
        case "count":
            let values = try arguments.positional(name, 1...1)
            return .int(try count(values[0], in: elements.items))
        default:
            _ = try arguments.positional(name, 0...0)
            return try make(elements.items)
        }
    }

    func clampedIndex(_ value: Value, _ count: Int) throws(TemplateError) -> Int {
        guard let index = value.integer else { throw .runtime("slice indices must be integers") }
        return min(max(index < 0 ? index &+ count : index, 0), count)
    }

    private mutating func index(
        of value: Value, in items: [Value], _ start: Int, _ end: Int
    ) throws(TemplateError) -> Int {
        var place = start
        while place < end {
            try charge(1)
            if try isEqual(items[place], value) { return place }
            place += 1
        }
        throw .runtime("value is not in the sequence")
    }

    private mutating func count(_ value: Value, in items: [Value]) throws(TemplateError) -> Int {
        var count = 0
        for item in items where try isEqual(item, value) { count += 1 }
        try charge(items.count)
        return count
    }

    private mutating func callMethod(
        _ name: String, of loop: LoopState, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let values = arguments.positional
        if let extra = arguments.keyword.first {
            throw .runtime("\(name)() got an unexpected keyword argument '\(extra.name.string)'")
        }
        if name == "cycle" {
            if values.isEmpty { throw .runtime("no items for cycling given") }
            return values[loop.index0 % values.count]
        }
        if let last = loop.lastChanged, last.count == values.count {
            let (a, b) = (try Elements(last), try Elements(values))
            if try isEqual(.tuple(a), .tuple(b)) { return .bool(false) }
        }
        // A copy in a list bounds how deep the remembered values are nested.
        loop.lastChanged = try Elements(values).items
        return .bool(true)
    }

    private mutating func callMethod(
        _ name: String, of cycler: Cycler, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.positional(name, 0...0)
        if name == "reset" {
            cycler.position = 0
            return .none
        }
        defer { cycler.position = (cycler.position + 1) % cycler.items.count }
        return cycler.items[cycler.position]
    }
}

extension Value {
    /// Whether a name is one of the methods that can be called here.
    func hasMethod(_ name: AttributeName) -> Bool {
        if case .string = self { return name.stringMethod != nil }
        return hasMethod(name.text)
    }

    /// Whether a name is one of the methods that can be called here.
    func hasMethod(_ name: Text) -> Bool {
        switch self {
        case .string: StringMethod(rawValue: name.string) != nil
        case .dict: ["items", "keys", "values", "get", "copy", "fromkeys"].contains(name.string)
        case .list: ["index", "count", "copy"].contains(name.string)
        case .tuple(let elements):
            ["index", "count"].contains(name.string) && !elements.names.contains(name.string)
        case .range: ["index", "count"].contains(name.string)
        case .loop: ["cycle", "changed"].contains(name.string)
        case .cycler: ["next", "reset"].contains(name.string)
        case .float: name.string == "is_integer"
        case .int, .wide, .bool: name.string == "bit_length"
        case .function(.dict): name.string == "fromkeys"
        default: false
        }
    }
}
