// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func applySelection(
        _ filter: Filter, to value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch filter {
        case .map: return try map(value, arguments)
        case .select, .reject: return try select(value, arguments, keeps: filter == .select, path: nil)
        case .selectattr, .rejectattr:
            guard let path = arguments.positional.first else {
                throw .runtime("Missing parameter for attribute name")
            }
            return try select(value, arguments.dropFirst(1), keeps: filter == .selectattr, path: path)
        case .groupby: return try group(value, arguments)
        case .sort: return try sort(value, arguments)
        case .unique: return try unique(value, arguments)
        case .dictsort: return try sortDict(value, arguments)
        default: return try extreme(value, arguments, isMaximum: filter == .max)
        }
    }

    private mutating func map(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        guard value.isTrue else { return .iterator(try ValueIterator([])) }
        var results: [Value] = []
        let failure = try failure { renderer throws(TemplateError) in
            try renderer.addMapped(value, arguments, to: &results)
        }
        return .iterator(try ValueIterator(results, failure: failure))
    }

    private mutating func addMapped(
        _ value: Value, _ arguments: Arguments, to results: inout [Value]
    ) throws(TemplateError) {
        if arguments.positional.isEmpty {
            let values = try arguments.bind("map", ["attribute", "default"])
            guard let path = values[0] else { throw .runtime("map requires a filter argument") }
            for item in try iterate(value) {
                results.append(try attributePath(path, of: item, default: values[1]))
            }
        } else {
            let name = try string(arguments.positional[0], "map").string
            guard let filter = Filter(rawValue: name) else { throw .runtime("No filter named '\(name)'.") }
            let rest = arguments.dropFirst(1)
            try enter()
            for item in try iterate(value) { results.append(try apply(filter, to: item, rest)) }
            leave()
        }
    }

    private mutating func select(
        _ value: Value, _ arguments: Arguments, keeps: Bool, path: Value?
    ) throws(TemplateError) -> Value {
        guard value.isTrue else { return .iterator(try ValueIterator([])) }
        var results: [Value] = []
        let failure = try failure { renderer throws(TemplateError) in
            try renderer.addSelected(value, arguments, keeps: keeps, path: path, to: &results)
        }
        return .iterator(try ValueIterator(results, failure: failure))
    }

    private mutating func addSelected(
        _ value: Value, _ arguments: Arguments, keeps: Bool, path: Value?, to results: inout [Value]
    ) throws(TemplateError) {
        var test: Test?
        if let name = arguments.positional.first {
            let name = try string(name, "select").string
            test = Test(rawValue: name)
            if test == nil { throw .runtime("No test named '\(name)'.") }
        }
        let rest = arguments.dropFirst(1)
        for item in try iterate(value) {
            try charge(1)
            let subject = try attributePath(path, of: item)
            var passes = subject.isTrue
            if let test { passes = try apply(test, to: subject, rest) }
            if passes == keeps { results.append(item) }
        }
    }

    /// Strings in lower case, other values as they are.
    private mutating func foldCase(_ value: Value, _ isCaseSensitive: Bool) throws(TemplateError) -> Value {
        guard !isCaseSensitive, case .string(let text) = value else { return value }
        return try make(TextCase.lower(text.string))
    }

    private mutating func group(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("groupby", ["attribute", "default", "case_sensitive"], required: 1)
        let isCaseSensitive = values[2]?.isTrue ?? false
        let items = try iterate(value)
        var plainKeys: [Value] = []
        var keys: [Value] = []
        for item in items {
            let key = try attributePath(values[0], of: item, default: values[1])
            plainKeys.append(key)
            keys.append(try foldCase(key, isCaseSensitive))
        }
        let places = try sort(items.indices.map { .int($0) }, keys: keys, isReversed: false)
        var groups: [(key: Value, plain: Value, items: [Value])] = []
        for place in places.compactMap(\.integer) {
            if let last = groups.last, try isEqual(last.key, keys[place]) {
                groups[groups.count - 1].items.append(items[place])
            } else {
                groups.append((keys[place], plainKeys[place], [items[place]]))
            }
        }
        var results: [Value] = []
        for group in groups {
            let pair = [group.plain, try make(group.items)]
            results.append(.tuple(try Elements(pair, names: ["grouper", "list"])))
        }
        return try make(results)
    }

    private mutating func sort(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("sort", ["reverse", "case_sensitive", "attribute"])
        let isCaseSensitive = values[1]?.isTrue ?? false
        var paths: [Value?] = [values[2]]
        if let text = values[2]?.text {
            paths = text.string.split(separator: ",", omittingEmptySubsequences: false).map {
                .text(String($0))
            }
        }
        let items = try iterate(value)
        var keys: [Value] = []
        for item in items {
            var parts: [Value] = []
            for path in paths {
                parts.append(try foldCase(try attributePath(path, of: item), isCaseSensitive))
            }
            keys.append(.list(try Elements(parts)))
        }
        return try make(try sort(items, keys: keys, isReversed: try isReversed(values[0])))
    }

    /// What Python's `sorted` takes as `reverse`: an integer or a Boolean.
    private func isReversed(_ value: Value?) throws(TemplateError) -> Bool {
        guard let value else { return false }
        guard let integer = value.integer else {
            throw .runtime("'\(value.typeName)' object cannot be interpreted as an integer")
        }
        return integer != 0
    }

    private mutating func unique(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("unique", ["case_sensitive", "attribute"])
        var results: [Value] = []
        let failure = try failure { renderer throws(TemplateError) in
            var seen = Mapping.Builder()
            for item in try renderer.iterate(value) {
                try renderer.charge(1)
                let part = try renderer.attributePath(values[1], of: item)
                let key = try renderer.foldCase(part, values[0]?.isTrue ?? false)
                let before = seen.keys.count
                try seen.set(key, .none)
                if seen.keys.count > before { results.append(item) }
            }
        }
        return .iterator(try ValueIterator(results, failure: failure))
    }

    private mutating func sortDict(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try arguments.bind("dictsort", ["case_sensitive", "by", "reverse"])
        let part = values[1]?.text?.string ?? "key"
        guard part == "key" || part == "value" else {
            throw .runtime("You can only sort by either \"key\" or \"value\"")
        }
        guard case .dict(let mapping) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw .runtime("'\(value.typeName)' object has no attribute 'items'")
        }
        var keys: [Value] = []
        for key in part == "key" ? mapping.keys : mapping.values {
            keys.append(try foldCase(key, values[0]?.isTrue ?? false))
        }
        let items = try MappingView(mapping, .items).items()
        return try make(try sort(items, keys: keys, isReversed: try isReversed(values[2])))
    }

    private mutating func extreme(
        _ value: Value, _ arguments: Arguments, isMaximum: Bool
    ) throws(TemplateError) -> Value {
        let values = try arguments.bind(isMaximum ? "max" : "min", ["case_sensitive", "attribute"])
        var best: (item: Value, key: Value)?
        for item in try iterate(value) {
            try charge(1)
            let key = try foldCase(try attributePath(values[1], of: item), values[0]?.isTrue ?? false)
            if let current = best {
                guard try compare(key, isMaximum ? .greater : .less, current.key) else { continue }
            }
            best = (item, key)
        }
        return best?.item ?? .undefined(Undefined(.hint("No aggregated item, sequence was empty.")))
    }
}
