// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func negate(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .float(let number): return .float(-number)
        case .int, .wide, .bool:
            let (result, overflow) = (0 as Int128).subtractingReportingOverflow(value.wideInteger ?? 0)
            if overflow { throw Self.overflow }
            return .integer(result)
        case .undefined(let undefined): throw undefined.error
        default: throw .runtime("bad operand type for unary -: '\(value.typeName)'")
        }
    }

    func positive(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .float, .wide: return value
        case .int, .bool: return .int(value.integer ?? 0)
        case .undefined(let undefined): throw undefined.error
        default: throw .runtime("bad operand type for unary +: '\(value.typeName)'")
        }
    }

    private static var overflow: TemplateError { .runtime("integer result does not fit 128 bits") }

    mutating func compute(
        _ left: Value, _ symbol: ArithmeticOperator, _ right: Value
    ) throws(TemplateError) -> Value {
        if let a = left.integer, let b = right.integer {
            if let result = try computeIntegers(a, symbol, b) { return result }
            return try .integer(Self.compute(Int128(a), symbol, Int128(b)))
        }
        if symbol != .divide, let a = left.wideInteger, let b = right.wideInteger,
            symbol != .power || b >= 0
        {
            return try .integer(Self.compute(a, symbol, b))
        }
        if let a = left.number, let b = right.number { return try computeFloats(a, symbol, b) }
        if case .undefined(let undefined) = left { throw undefined.error }
        switch (symbol, left, right) {
        case (.remainder, .string(let format), _):
            return try formatPercent(format, right)
        case (_, _, .undefined(let undefined)): throw undefined.error
        case (.add, .string(let a), .string(let b)): return try join(a, b)
        case (.add, .list(let a), .list(let b)): return try make(a.items + b.items)
        case (.add, .tuple(let a), .tuple(let b)):
            try charge(a.items.count + b.items.count)
            return .tuple(try Elements(a.items + b.items))
        case (.multiply, _, _):
            if let count = right.integer, let product = try repeated(left, count) { return product }
            if let count = left.integer, let product = try repeated(right, count) { return product }
        default: break
        }
        if symbol == .add, case .string = left {
            throw .runtime("can only concatenate str (not \"\(right.typeName)\") to str")
        }
        throw .runtime(
            "unsupported operand type(s) for \(symbol.rawValue): '\(left.typeName)' and '\(right.typeName)'")
    }

    private mutating func join(_ left: Text, _ right: Text) throws(TemplateError) -> Value {
        if left.isMarkup == right.isMarkup {
            try charge(bytes: left.size + right.size)
            return .string(Text(left.string + right.string, isMarkup: left.isMarkup))
        }
        let a = left.isMarkup ? left.string : Self.escape(left.string)
        let b = right.isMarkup ? right.string : Self.escape(right.string)
        return try make(a + b, isMarkup: true)
    }

    private mutating func repeated(_ value: Value, _ count: Int) throws(TemplateError) -> Value? {
        let count = max(0, count)
        switch value {
        case .string(let text):
            let (size, overflow) = text.size.multipliedReportingOverflow(by: count)
            try charge(bytes: overflow ? .max : size)
            return .string(
                Text(String(repeating: text.string, count: size == 0 ? 0 : count), isMarkup: text.isMarkup))
        case .list(let elements): return .list(try Elements(try repeated(elements.items, count)))
        case .tuple(let elements): return .tuple(try Elements(try repeated(elements.items, count)))
        default: return nil
        }
    }

    private mutating func repeated(_ items: [Value], _ count: Int) throws(TemplateError) -> [Value] {
        let (size, overflow) = items.count.multipliedReportingOverflow(by: count)
        if overflow || size > limits.maximumRange { throw .limit("the repeated list is too long") }
        try charge(size)
        return size == 0 ? [] : Array(repeatElement(items, count: count).joined())
    }

    /// The result in 64 bits, or nil where it does not fit.
    private func computeIntegers(
        _ a: Int, _ symbol: ArithmeticOperator, _ b: Int
    ) throws(TemplateError) -> Value? {
        let result: (partialValue: Int, overflow: Bool)
        switch symbol {
        case .add: result = a.addingReportingOverflow(b)
        case .subtract: result = a.subtractingReportingOverflow(b)
        case .multiply: result = a.multipliedReportingOverflow(by: b)
        case .divide:
            if b == 0 { throw .runtime("division by zero") }
            return .float(IntegerDivision.quotient(a, b))
        case .power where b < 0: return try computeFloats(Double(a), .power, Double(b))
        case .floorDivide, .remainder, .power: return nil
        }
        return result.overflow ? nil : .int(result.partialValue)
    }

    private static func compute(
        _ a: Int128, _ symbol: ArithmeticOperator, _ b: Int128
    ) throws(TemplateError) -> Int128 {
        let result: (partialValue: Int128, overflow: Bool)
        switch symbol {
        case .add: result = a.addingReportingOverflow(b)
        case .subtract: result = a.subtractingReportingOverflow(b)
        case .multiply: result = a.multipliedReportingOverflow(by: b)
        case .divide, .floorDivide:
            if b == 0 { throw .runtime("integer division or modulo by zero") }
            result = a.dividedReportingOverflow(by: b)
            if !result.overflow, a % b != 0, (a < 0) != (b < 0) { return result.partialValue - 1 }
        case .remainder:
            if b == 0 { throw .runtime("integer division or modulo by zero") }
            if b == -1 { return 0 }
            let remainder = a % b
            return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
        case .power: return try power(a, b)
        }
        if result.overflow { throw overflow }
        return result.partialValue
    }

    private static func power(_ base: Int128, _ exponent: Int128) throws(TemplateError) -> Int128 {
        var result: Int128 = 1
        var square = base
        var left = exponent
        while left > 0 {
            if left & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: square)
                if overflow { throw Self.overflow }
                result = product
            }
            left >>= 1
            if left == 0 { break }
            let (next, overflow) = square.multipliedReportingOverflow(by: square)
            if overflow { throw Self.overflow }
            square = next
        }
        return result
    }

    private func computeFloats(
        _ a: Double, _ symbol: ArithmeticOperator, _ b: Double
    ) throws(TemplateError) -> Value {
        switch symbol {
        case .add: return .float(a + b)
        case .subtract: return .float(a - b)
        case .multiply: return .float(a * b)
        case .divide:
            if b == 0 { throw .runtime("float division by zero") }
            return .float(a / b)
        case .floorDivide, .remainder:
            if b == 0 { throw .runtime("float floor division by zero") }
            let (quotient, remainder) = Self.floorDivide(a, b)
            return .float(symbol == .remainder ? remainder : quotient)
        case .power:
            if a == 0, b < 0 { throw .runtime("0.0 cannot be raised to a negative power") }
            if a < 0, b != b.rounded(.towardZero), b.isFinite {
                throw .runtime("a negative number cannot be raised to a fractional power")
            }
            let result = Platform.power(a, b)
            if result.isInfinite, a.isFinite, b.isFinite { throw .runtime("Numerical result out of range") }
            return .float(result)
        }
    }

    /// The quotient rounded down and the remainder with the divisor's sign, as Python's `divmod`.
    private static func floorDivide(_ a: Double, _ b: Double) -> (quotient: Double, remainder: Double) {
        var remainder = a.truncatingRemainder(dividingBy: b)
        var quotient = (a - remainder) / b
        if remainder != 0 {
            if (b < 0) != (remainder < 0) {
                remainder += b
                quotient -= 1
            }
        } else {
            remainder = Double(signOf: b, magnitudeOf: 0)
        }
        if quotient == 0 { return (Double(signOf: a / b, magnitudeOf: 0), remainder) }
        let floor = quotient.rounded(.down)
        return (quotient - floor > 0.5 ? floor + 1 : floor, remainder)
    }
}
