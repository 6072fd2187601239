// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// A dict: keys of any hashable type in insertion order.
final class Mapping {
    private(set) var keys: [Value]
    private(set) var values: [Value]
    let depth: Int
    /// Open addressing: place in `keys` plus one, or 0; made by the first look-up in a large dict.
    private var table: [Int32] = []

    /// Takes keys that differ.
    private init(keys: [Value], values: [Value], depth: Int) {
        self.keys = keys
        self.values = values
        self.depth = depth
    }

    /// Takes entries that may repeat keys; the last value of a key wins at the place of the first.
    convenience init(_ entries: [(Value, Value)]) throws(TemplateError) {
        var builder = Builder()
        for (key, value) in entries { try builder.set(key, value) }
        try self.init(builder)
    }

    /// Takes what a builder has gathered.
    init(_ builder: Builder) throws(TemplateError) {
        keys = builder.keys
        values = builder.values
        depth = builder.depth + 1
        if depth > Elements.deepest { throw .limit("values are nested too deeply") }
    }

    /// Converts a JSON object.
    convenience init(_ object: JSONObject) throws(TemplateError) {
        var keys: [Value] = []
        var values: [Value] = []
        keys.reserveCapacity(object.count)
        values.reserveCapacity(object.count)
        var depth = 0
        for (key, value) in object {
            let value = try Value(value)
            depth = max(depth, value.depth)
            keys.append(.text(key))
            values.append(value)
        }
        if depth + 1 > Elements.deepest { throw .limit("values are nested too deeply") }
        self.init(keys: keys, values: values, depth: depth + 1)
    }

    var count: Int { keys.count }

    /// The value of a key; nil also for keys that cannot be hashed.
    subscript(key: Value) -> Value? {
        if case .string(let text) = key { return self[text] }
        guard key.isHashable else { return nil }
        if count <= 8 {
            for index in keys.indices where keys[index].isSameKey(as: key) { return values[index] }
            return nil
        }
        return place(hash: key.keyHash) { $0.isSameKey(as: key) }.map { values[$0] }
    }

    /// The value of a string key.
    subscript(key: Text) -> Value? {
        if count <= 8 {
            for index in keys.indices {
                if case .string(let other) = keys[index], other == key { return values[index] }
            }
            return nil
        }
        let place = place(hash: StringBytes.hash(key.string)) {
            if case .string(let other) = $0 { other == key } else { false }
        }
        return place.map { values[$0] }
    }

    private func place(hash: UInt64, _ isMatch: (Value) -> Bool) -> Int? {
        if table.isEmpty { buildTable() }
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while table[slot] != 0 {
            let index = Int(table[slot]) - 1
            if isMatch(keys[index]) { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func buildTable() {
        var capacity = 32
        while capacity < count * 2 { capacity *= 2 }
        table = [Int32](repeating: 0, count: capacity)
        for index in keys.indices {
            var slot = Int(truncatingIfNeeded: keys[index].keyHash) & (capacity - 1)
            while table[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
            table[slot] = Int32(index + 1)
        }
    }

    /// Gathers entries in order.
    struct Builder {
        private(set) var keys: [Value] = []
        private(set) var values: [Value] = []
        private(set) var depth = 0
        private var places: [UInt64: [Int]] = [:]

        /// Sets a key; fails if it cannot be hashed.
        mutating func set(_ key: Value, _ value: Value) throws(TemplateError) {
            guard key.isHashable else { throw .runtime("unhashable type: '\(key.typeName)'") }
            depth = max(depth, max(key.depth, value.depth))
            if let place = place(of: key) {
                values[place] = value
                return
            }
            keys.append(key)
            values.append(value)
            if keys.count == 9 {
                for index in keys.indices { places[keys[index].keyHash, default: []].append(index) }
            } else if keys.count > 9 {
                places[key.keyHash, default: []].append(keys.count - 1)
            }
        }

        private func place(of key: Value) -> Int? {
            if keys.count <= 8 { return keys.firstIndex { $0.isSameKey(as: key) } }
            return places[key.keyHash]?.first { keys[$0].isSameKey(as: key) }
        }
    }
}

extension Value {
    /// Whether this can be a key.
    var isHashable: Bool {
        switch self {
        case .list, .dict, .view: false
        // Tuples that share parts may be far larger than they look; those are not compared as keys.
        case .tuple(let elements): elements.weight <= 10_000 && elements.items.allSatisfy(\.isHashable)
        default: true
        }
    }

    /// A hash under which equal keys, such as 1, 1.0 and true, agree.
    var keyHash: UInt64 {
        switch self {
        case .string(let text): return StringBytes.hash(text.string)
        case .bool, .int, .wide, .float:
            let number = number ?? 0
            return number.bitPattern == (-0.0).bitPattern ? 0 : number.bitPattern &* 0x9E37_79B9_7F4A_7C15
        case .tuple(let elements):
            var hash: UInt64 = 7
            for item in elements.items { hash = (hash ^ item.keyHash) &* 0x9E37_79B9_7F4A_7C15 }
            return hash
        default: return 1
        }
    }

    /// Whether two hashable values are the same key.
    func isSameKey(as other: Value) -> Bool {
        switch (self, other) {
        case (.string(let a), .string(let b)): return a == b
        case (.none, .none), (.undefined, .undefined): return true
        case (.int(let a), .int(let b)): return a == b
        case (.tuple(let a), .tuple(let b)):
            return a.items.count == b.items.count
                && zip(a.items, b.items).allSatisfy { $0.isSameKey(as: $1) }
        default:
            if let a = wideInteger, let b = other.wideInteger { return a == b }
            if let a = number, let b = other.number { return a == b }
            return isIdentical(to: other)
        }
    }
}

extension Value {
    /// Converts a JSON value.
    init(_ json: JSONValue) throws(TemplateError) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .int(value)
        case .wideInteger(let value): self = .integer(value)
        case .number(let value): self = .float(value)
        case .string(let value): self = .text(value)
        case .array(let elements):
            var items: [Value] = []
            items.reserveCapacity(elements.count)
            for element in elements { items.append(try Value(element)) }
            self = .list(try Elements(items))
        case .object(let object): self = .dict(try Mapping(object))
        }
    }
}
