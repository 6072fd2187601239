// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Value {
    /// Whether both are the same object, as Python's `is`.
    func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.bool(let a), .bool(let b)): a == b
        // Python keeps one object for each of these small integers.
        case (.int(let a), .int(let b)): a == b && (-5...256).contains(a)
        case (.string(let a), .string(let b)): a === b || (a == b && a.size <= 1)
        case (.list(let a), .list(let b)): a === b
        case (.tuple(let a), .tuple(let b)): a === b || (a.items.isEmpty && b.items.isEmpty)
        case (.dict(let a), .dict(let b)): a === b
        case (.undefined(let a), .undefined(let b)): a === b
        case (.range(let a), .range(let b)): a === b
        case (.iterator(let a), .iterator(let b)): a === b
        case (.namespace(let a), .namespace(let b)): a === b
        case (.loop(let a), .loop(let b)): a === b
        case (.macro(let a), .macro(let b)): a === b
        case (.function(let a), .function(let b)): a == b
        case (.cycler(let a), .cycler(let b)): a === b
        case (.joiner(let a), .joiner(let b)): a === b
        default: false
        }
    }
}

extension Renderer {
    mutating func compare(
        _ left: Value, _ symbol: ComparisonOperator, _ right: Value
    ) throws(TemplateError) -> Bool {
        switch symbol {
        case .equal: return try isEqual(left, right)
        case .notEqual: return !(try isEqual(left, right))
        case .isIn: return try contains(right, left)
        case .notIn: return !(try contains(right, left))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try order(left, symbol, right)
        }
    }

    mutating func isEqual(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)):
            if a.size == b.size { try charge(a.size >> 6) }
            return a == b
        case (.int(let a), .int(let b)): return a == b
        case (.undefined, .undefined), (.none, .none): return true
        case (.list(let a), .list(let b)): return try isEqual(a.items, b.items)
        case (.tuple(let a), .tuple(let b)): return try isEqual(a.items, b.items)
        case (.dict(let a), .dict(let b)): return try isEqual(a, b)
        case (.range(let a), .range(let b)):
            return a.count == b.count && (a.count == 0 || a.start == b.start)
                && (a.count <= 1 || a.step == b.step)
        case (.view(let a), .view(let b)) where a.part == b.part && a.part != .values:
            return try isEqual(try a.items(), try b.items())
        default:
            if let a = left.wideInteger {
                if let b = right.wideInteger { return a == b }
                if case .float(let b) = right { return Int128(exactly: b) == a }
            }
            if case .float(let a) = left, let b = right.wideInteger { return Int128(exactly: a) == b }
            if let a = left.number, let b = right.number { return a == b }
            return left.isIdentical(to: right)
        }
    }

    private mutating func isEqual(_ left: [Value], _ right: [Value]) throws(TemplateError) -> Bool {
        guard left.count == right.count else { return false }
        try enter()
        for (a, b) in zip(left, right) {
            try charge(1)
            if !(try isEqual(a, b)) {
                leave()
                return false
            }
        }
        leave()
        return true
    }

    private mutating func isEqual(_ left: Mapping, _ right: Mapping) throws(TemplateError) -> Bool {
        guard left !== right else { return true }
        guard left.count == right.count else { return false }
        try enter()
        for (key, value) in zip(left.keys, left.values) {
            try charge(1)
            guard let other = right[key], try isEqual(value, other) else {
                leave()
                return false
            }
        }
        leave()
        return true
    }

    /// Whether a container holds a value.
    mutating func contains(_ container: Value, _ value: Value) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = value else {
                throw .runtime("'in <string>' requires string as left operand, not \(value.typeName)")
            }
            try charge(text.size >> 4)
            return text.contains(part)
        case .dict(let mapping):
            return try lookUp(value, in: mapping) != nil
        case .view(let view) where view.part == .keys:
            return try lookUp(value, in: view.mapping) != nil
        case .range(let range):
            guard let number = value.number, let integer = Int(exactly: number), range.count > 0 else {
                return false
            }
            let (distance, overflow) = integer.subtractingReportingOverflow(range.start)
            return !overflow && distance % range.step == 0
                && (0..<range.count).contains(distance / range.step)
        case .iterator(let iterator):
            while let item = try iterator.next() {
                try charge(1)
                if try isEqual(item, value) { return true }
            }
            return false
        case .list, .tuple, .view, .undefined:
            for item in try iterate(container) {
                try charge(1)
                if try isEqual(item, value) { return true }
            }
            return false
        default: throw .runtime("argument of type '\(container.typeName)' is not iterable")
        }
    }

    /// The value of a key; fails if the key cannot be hashed.
    mutating func lookUp(_ key: Value, in mapping: Mapping) throws(TemplateError) -> Value? {
        try charge(key.text.map { $0.size >> 4 } ?? key.weight)
        guard key.isHashable else { throw .runtime("unhashable type: '\(key.typeName)'") }
        return mapping[key]
    }

    private mutating func order(
        _ left: Value, _ symbol: ComparisonOperator, _ right: Value
    ) throws(TemplateError) -> Bool {
        if let a = left.integer, let b = right.integer { return Self.order(a, symbol, b) }
        if let a = left.wideInteger, let b = right.wideInteger { return Self.order(a, symbol, b) }
        if let a = left.number, let b = right.number { return Self.order(a, symbol, b) }
        switch (left, right) {
        case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
        case (.string(let a), .string(let b)):
            try charge(min(a.size, b.size) >> 6)
            switch symbol {
            case .less: return a < b
            case .lessOrEqual: return !(b < a)
            case .greater: return b < a
            default: return !(a < b)
            }
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            return try order(a.items, symbol, b.items)
        default:
            throw .runtime(
                "'\(symbol.rawValue)' not supported between instances of '\(left.typeName)' and "
                    + "'\(right.typeName)'")
        }
    }

    private mutating func order(
        _ left: [Value], _ symbol: ComparisonOperator, _ right: [Value]
    ) throws(TemplateError) -> Bool {
        try enter()
        for (a, b) in zip(left, right) {
            try charge(1)
            if !(try isEqual(a, b)) {
                let result = try order(a, symbol, b)
                leave()
                return result
            }
        }
        leave()
        return Self.order(left.count, symbol, right.count)
    }

    private static func order<Number: Comparable>(
        _ a: Number, _ symbol: ComparisonOperator, _ b: Number
    ) -> Bool {
        switch symbol {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        default: a >= b
        }
    }

    /// Sorts stably by keys; `isReversed` keeps equal elements in their order.
    mutating func sort(
        _ items: [Value], keys: [Value], isReversed: Bool
    ) throws(TemplateError) -> [Value] {
        var order = Array(items.indices)
        var buffer = order
        var width = 1
        while width < order.count {
            var start = 0
            while start < order.count {
                let middle = min(start + width, order.count)
                let end = min(start + 2 * width, order.count)
                try merge(order, &buffer, start, middle, end, keys, isReversed)
                start = end
            }
            swap(&order, &buffer)
            width *= 2
        }
        return order.map { items[$0] }
    }

    private mutating func merge(
        _ order: [Int], _ buffer: inout [Int], _ start: Int, _ middle: Int, _ end: Int, _ keys: [Value],
        _ isReversed: Bool
    ) throws(TemplateError) {
        var (left, right) = (start, middle)
        for place in start..<end {
            try charge(1)
            var takesRight = left == middle
            if left < middle, right < end {
                let (a, b) = (keys[order[left]], keys[order[right]])
                takesRight = isReversed ? try self.order(a, .less, b) : try self.order(b, .less, a)
            }
            if takesRight {
                buffer[place] = order[right]
                right += 1
            } else {
                buffer[place] = order[left]
                left += 1
            }
        }
    }
}
