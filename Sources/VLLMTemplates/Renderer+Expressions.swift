// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression {
        case .literal(let literal): return literal.value
        case .variable(let symbol): return lookUp(symbol)
        default:
            try enter()
            let value = try evaluateNested(expression)
            leave()
            return value
        }
    }

    private mutating func evaluateNested(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression {
        case .literal(let literal): return literal.value
        case .variable(let symbol): return lookUp(symbol)
        case .list(let items): return try evaluateList(items)
        case .tuple(let items): return try evaluateTuple(items)
        case .dict(let items): return try evaluateDict(items)
        case .postfix(let base, let steps): return try evaluatePostfix(base, steps)
        case .negative(let operand): return try evaluateNegative(operand)
        case .positive(let operand): return try evaluatePositive(operand)
        case .not(let operand): return try evaluateNot(operand)
        case .arithmetic(let first, let rest): return try evaluateArithmetic(first, rest)
        case .concatenation(let operands): return try concatenate(operands)
        case .comparison(let first, let rest): return try evaluateComparison(first, rest)
        case .and(let operands): return try evaluateAnd(operands)
        case .or(let operands): return try evaluateOr(operands)
        case .conditional(let condition, let value, let otherwise):
            return try evaluateConditional(condition, value, otherwise)
        }
    }

    // Functions of their own, never inlined: they keep the stack frame of the recursion small.

    @inline(never)
    private mutating func evaluateList(_ items: [Expression]) throws(TemplateError) -> Value {
        try make(try evaluate(items))
    }

    @inline(never)
    private mutating func evaluateTuple(_ items: [Expression]) throws(TemplateError) -> Value {
        .tuple(try Elements(try evaluate(items)))
    }

    @inline(never)
    private mutating func evaluateNegative(_ operand: Expression) throws(TemplateError) -> Value {
        try negate(try evaluate(operand))
    }

    @inline(never)
    private mutating func evaluatePositive(_ operand: Expression) throws(TemplateError) -> Value {
        try positive(try evaluate(operand))
    }

    @inline(never)
    private mutating func evaluateNot(_ operand: Expression) throws(TemplateError) -> Value {
        .bool(!(try evaluate(operand).isTrue))
    }

    @inline(never)
    private mutating func evaluateConditional(
        _ condition: Expression, _ value: Expression, _ otherwise: Expression?
    ) throws(TemplateError) -> Value {
        if try evaluate(condition).isTrue { return try evaluate(value) }
        if let otherwise { return try evaluate(otherwise) }
        let hint =
            "the inline if-expression on line \(line) evaluated to false and no else section was defined."
        return .undefined(Undefined(.hint(hint)))
    }

    mutating func evaluate(_ expressions: [Expression]) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    @inline(never)
    private mutating func evaluateDict(
        _ items: [(key: Expression, value: Expression)]
    ) throws(TemplateError) -> Value {
        var builder = Mapping.Builder()
        for item in items {
            let key = try evaluate(item.key)
            try charge(key.text.map { $0.size >> 4 } ?? 1)
            try builder.set(key, try evaluate(item.value))
        }
        return .dict(try Mapping(builder))
    }

    @inline(never)
    private mutating func evaluateArithmetic(
        _ first: Expression, _ rest: [(symbol: ArithmeticOperator, operand: Expression)]
    ) throws(TemplateError) -> Value {
        var value = try evaluate(first)
        for item in rest {
            let operand = try evaluate(item.operand)
            value = try compute(value, item.symbol, operand)
        }
        return value
    }

    @inline(never)
    private mutating func concatenate(_ operands: [Expression]) throws(TemplateError) -> Value {
        var result = ""
        for operand in operands {
            let part = try text(of: try evaluate(operand))
            try charge(bytes: part.size)
            result += part.string
        }
        return try make(result)
    }

    @inline(never)
    private mutating func evaluateComparison(
        _ first: Expression, _ rest: [(symbol: ComparisonOperator, operand: Expression)]
    ) throws(TemplateError) -> Value {
        var left = try evaluate(first)
        for item in rest {
            let right = try evaluate(item.operand)
            if !(try compare(left, item.symbol, right)) { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    @inline(never)
    private mutating func evaluateAnd(_ operands: [Expression]) throws(TemplateError) -> Value {
        var value = Value.none
        for operand in operands {
            value = try evaluate(operand)
            if !value.isTrue { return value }
        }
        return value
    }

    @inline(never)
    private mutating func evaluateOr(_ operands: [Expression]) throws(TemplateError) -> Value {
        var value = Value.none
        for operand in operands {
            value = try evaluate(operand)
            if value.isTrue { return value }
        }
        return value
    }

    // MARK: - Postfixes

    @inline(never)
    private mutating func evaluatePostfix(
        _ base: Expression, _ steps: [Postfix]
    ) throws(TemplateError) -> Value {
        var value = try evaluate(base)
        var index = 0
        while index < steps.count {
            try charge(1)
            // A method that is called at once needs no object of its own.
            if case .attribute(let name) = steps[index], name.isReserved, index + 1 < steps.count,
                case .call(let arguments) = steps[index + 1], value.hasMethod(name)
            {
                let arguments = try evaluate(arguments)
                if let method = name.stringMethod, case .string(let text) = value {
                    value = try callMethod(method, of: text, arguments)
                } else {
                    value = try callMethod(name.text, of: value, arguments)
                }
                index += 2
                continue
            }
            value = try apply(steps[index], to: value)
            index += 1
        }
        return value
    }

    private mutating func apply(_ step: Postfix, to value: Value) throws(TemplateError) -> Value {
        switch step {
        case .attribute(let name):
            if !name.isReserved, case .dict(let mapping) = value, let item = mapping[name.text] {
                return item
            }
            return try attribute(name.text, of: value)
        case .item(let key): return try item(try evaluate(key), of: value)
        case .slice(let start, let stop, let step):
            let start = try evaluate(start), stop = try evaluate(stop)
            return try slice(value, start, stop, try evaluate(step))
        case .call(let arguments):
            return try call(value, try evaluate(arguments))
        case .filter(let filter): return try apply(filter, to: value)
        case .test(let test): return .bool(try apply(test, to: value) != test.isNegated)
        }
    }

    private mutating func evaluate(_ expression: Expression?) throws(TemplateError) -> Value? {
        guard let expression else { return nil }
        return try evaluate(expression) as Value
    }

    mutating func evaluate(_ arguments: CallArguments) throws(TemplateError) -> Arguments {
        var values = Arguments(positional: try evaluate(arguments.positional))
        for argument in arguments.keyword {
            values.keyword.append((argument.name, try evaluate(argument.value)))
        }
        if let list = arguments.positionalList {
            values.positional += try iterate(try evaluate(list))
        }
        if let dict = arguments.keywordDict { try addKeywords(try evaluate(dict), to: &values) }
        return values
    }

    private mutating func addKeywords(_ value: Value, to arguments: inout Arguments) throws(TemplateError) {
        guard case .dict(let mapping) = value else {
            throw .runtime("argument after ** must be a mapping, not \(value.typeName)")
        }
        for (key, value) in zip(mapping.keys, mapping.values) {
            guard case .string(let name) = key else { throw .runtime("keywords must be strings") }
            try charge(arguments.keyword.count)
            if arguments.keyword.contains(where: { $0.name == name }) {
                throw .runtime("got multiple values for keyword argument '\(name.string)'")
            }
            arguments.keyword.append((name, value))
        }
    }
}
