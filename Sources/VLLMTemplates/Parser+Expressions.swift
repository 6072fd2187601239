// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Parser {
    /// Parses an expression, or a tuple without parentheses.
    mutating func tupleOrExpression(
        allowsCondition: Bool = true, isInParentheses: Bool = false
    ) throws(TemplateError) -> Expression {
        var items: [Expression] = []
        var isTuple = false
        while true {
            if !items.isEmpty { try expect(symbol: ",") }
            if isTupleEnd { break }
            items.append(try allowsCondition ? expression() : disjunction())
            guard isSymbol(",") else { break }
            isTuple = true
        }
        if isTuple { return .tuple(items) }
        if let first = items.first { return first }
        guard isInParentheses else {
            throw failure("Expected an expression, got '\(current.description)'")
        }
        return .tuple([])
    }

    /// Whether a tuple without parentheses ends here; Jinja does not look for words such as `in` either.
    var isTupleEnd: Bool {
        current.kind == .blockEnd || current.kind == .variableEnd || isSymbol(")")
    }

    /// Parses an expression with inline conditions.
    mutating func expression() throws(TemplateError) -> Expression {
        try enter()
        defer { depth -= 1 }
        let outside = isConditional
        defer { isConditional = outside }
        var value = try disjunction()
        var rounds = 0
        while skip(name: "if") {
            rounds += 1
            if rounds > 8 { throw failure("too many conditions in one expression") }
            isConditional = true
            let condition = try disjunction()
            let otherwise = skip(name: "else") ? try expression() : nil
            value = .conditional(condition: condition, value: value, otherwise: otherwise)
        }
        return value
    }

    private mutating func disjunction() throws(TemplateError) -> Expression {
        let first = try conjunction()
        guard isName("or") else { return first }
        var operands = [first]
        while skip(name: "or") { operands.append(try conjunction()) }
        return .or(operands)
    }

    private mutating func conjunction() throws(TemplateError) -> Expression {
        let first = try negation()
        guard isName("and") else { return first }
        var operands = [first]
        while skip(name: "and") { operands.append(try negation()) }
        return .and(operands)
    }

    private mutating func negation() throws(TemplateError) -> Expression {
        guard skip(name: "not") else { return try comparison() }
        try enter()
        defer { depth -= 1 }
        return .not(try negation())
    }

    private mutating func comparison() throws(TemplateError) -> Expression {
        let first = try sum()
        var rest: [(symbol: ComparisonOperator, operand: Expression)] = []
        while let symbol = comparisonOperator() { rest.append((symbol, try sum())) }
        return rest.isEmpty ? first : .comparison(first, rest)
    }

    private mutating func comparisonOperator() -> ComparisonOperator? {
        switch current.kind {
        case .symbol(let symbol):
            guard let found = ComparisonOperator(rawValue: symbol) else { return nil }
            advance()
            return found
        case .name("in"):
            advance()
            return .isIn
        case .name("not") where peek().kind == .name("in"):
            advance()
            advance()
            return .notIn
        default: return nil
        }
    }

    private mutating func sum() throws(TemplateError) -> Expression {
        let first = try concatenation()
        var rest: [(symbol: ArithmeticOperator, operand: Expression)] = []
        while let symbol = arithmeticOperator(["+", "-"]) { rest.append((symbol, try concatenation())) }
        return rest.isEmpty ? first : .arithmetic(first, rest)
    }

    private mutating func concatenation() throws(TemplateError) -> Expression {
        let first = try product()
        guard isSymbol("~") else { return first }
        var operands = [first]
        while skip(symbol: "~") { operands.append(try product()) }
        return .concatenation(operands)
    }

    private mutating func product() throws(TemplateError) -> Expression {
        let first = try power()
        var rest: [(symbol: ArithmeticOperator, operand: Expression)] = []
        while let symbol = arithmeticOperator(["*", "/", "//", "%"]) { rest.append((symbol, try power())) }
        return rest.isEmpty ? first : .arithmetic(first, rest)
    }

    private mutating func power() throws(TemplateError) -> Expression {
        let first = try unary(allowsFilters: true)
        var rest: [(symbol: ArithmeticOperator, operand: Expression)] = []
        while let symbol = arithmeticOperator(["**"]) {
            rest.append((symbol, try unary(allowsFilters: true)))
        }
        return rest.isEmpty ? first : .arithmetic(first, rest)
    }

    private mutating func arithmeticOperator(_ symbols: [String]) -> ArithmeticOperator? {
        guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
        advance()
        return ArithmeticOperator(rawValue: symbol)
    }

    private mutating func unary(allowsFilters: Bool) throws(TemplateError) -> Expression {
        let base: Expression
        if isSymbol("-") || isSymbol("+") {
            let isNegative = isSymbol("-")
            try enter()
            defer { depth -= 1 }
            advance()
            let operand = try unary(allowsFilters: false)
            base = isNegative ? .negative(operand) : .positive(operand)
        } else {
            base = try primary()
        }
        var steps: [Postfix] = []
        try postfixes(&steps)
        if allowsFilters { try filtersAndTests(&steps) }
        if steps.isEmpty { return base }
        return .postfix(base, steps)
    }

    private mutating func primary() throws(TemplateError) -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            return nameExpression(name)
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return .literal(.string(Text(text)))
        case .integer(let value):
            advance()
            return .literal(.integer(value))
        case .float(let value):
            advance()
            return .literal(.float(value))
        case .symbol("("):
            advance()
            let inner = try tupleOrExpression(isInParentheses: true)
            try expect(symbol: ")")
            return inner
        case .symbol("["): return try list()
        case .symbol("{"): return try dict()
        default: throw failure("unexpected '\(token.description)'")
        }
    }

    private mutating func nameExpression(_ name: String) -> Expression {
        switch name {
        case "true", "True": return .literal(.bool(true))
        case "false", "False": return .literal(.bool(false))
        case "none", "None": return .literal(.none)
        default:
            let symbol = symbols.intern(name)
            mentions.append(symbol)
            return .variable(symbol)
        }
    }

    private mutating func list() throws(TemplateError) -> Expression {
        advance()
        var items: [Expression] = []
        while !isSymbol("]") {
            if !items.isEmpty { try expect(symbol: ",") }
            if isSymbol("]") { break }
            items.append(try expression())
        }
        try expect(symbol: "]")
        return .list(items)
    }

    private mutating func dict() throws(TemplateError) -> Expression {
        advance()
        var items: [(key: Expression, value: Expression)] = []
        while !isSymbol("}") {
            if !items.isEmpty { try expect(symbol: ",") }
            if isSymbol("}") { break }
            let key = try expression()
            try expect(symbol: ":")
            items.append((key, try expression()))
        }
        try expect(symbol: "}")
        return .dict(items)
    }

    // MARK: - What follows a value

    private mutating func postfixes(_ steps: inout [Postfix]) throws(TemplateError) {
        while case .symbol(let symbol) = current.kind {
            switch symbol {
            case ".": steps.append(try attribute())
            case "[": steps.append(try subscripts())
            case "(": steps.append(.call(try callArguments()))
            default: return
            }
        }
    }

    private mutating func filtersAndTests(_ steps: inout [Postfix]) throws(TemplateError) {
        while true {
            if skip(symbol: "|") {
                steps.append(.filter(try filterCall()))
            } else if skip(name: "is") {
                steps.append(.test(try testCall()))
            } else if isSymbol("(") {
                steps.append(.call(try callArguments()))
            } else {
                return
            }
        }
    }

    private mutating func attribute() throws(TemplateError) -> Postfix {
        advance()
        switch current.kind {
        case .name(let name):
            advance()
            return .attribute(AttributeName(name))
        case .integer(let value):
            advance()
            return .item(.literal(.integer(value)))
        default: throw failure("expected name or number")
        }
    }

    private mutating func subscripts() throws(TemplateError) -> Postfix {
        advance()
        try enter()
        defer { depth -= 1 }
        var items: [Postfix] = []
        while !isSymbol("]") {
            if !items.isEmpty { try expect(symbol: ",") }
            items.append(try singleSubscript())
        }
        try expect(symbol: "]")
        if items.count == 1, let only = items.first { return only }
        var expressions: [Expression] = []
        for item in items {
            // A tuple with a slice in it is never a key of anything here.
            guard case .item(let expression) = item else { return .item(.tuple([.list([])])) }
            expressions.append(expression)
        }
        return .item(.tuple(expressions))
    }

    private mutating func singleSubscript() throws(TemplateError) -> Postfix {
        var start: Expression?
        if !isSymbol(":") {
            let value = try expression()
            guard isSymbol(":") else { return .item(value) }
            start = value
        }
        advance()
        var stop: Expression?
        var step: Expression?
        if !isSymbol(":"), !isSymbol("]"), !isSymbol(",") { stop = try expression() }
        if skip(symbol: ":"), !isSymbol("]"), !isSymbol(",") { step = try expression() }
        return .slice(start: start, stop: stop, step: step)
    }

    mutating func callArguments() throws(TemplateError) -> CallArguments {
        let line = line
        try expect(symbol: "(")
        var arguments = CallArguments()
        var isFirst = true
        while !isSymbol(")") {
            if !isFirst {
                try expect(symbol: ",")
                if isSymbol(")") { break }
            }
            isFirst = false
            try argument(&arguments, line)
        }
        try expect(symbol: ")")
        return arguments
    }

    private mutating func argument(_ arguments: inout CallArguments, _ line: Int) throws(TemplateError) {
        let invalid = failure("invalid syntax for function call expression", line: line)
        if isSymbol("*") {
            guard arguments.positionalList == nil, arguments.keywordDict == nil else { throw invalid }
            advance()
            arguments.positionalList = try expression()
        } else if isSymbol("**") {
            guard arguments.keywordDict == nil else { throw invalid }
            advance()
            arguments.keywordDict = try expression()
        } else if case .name(let name) = current.kind, peek().kind == .symbol("=") {
            guard arguments.keywordDict == nil else { throw invalid }
            if arguments.keyword.contains(where: { $0.name.string == name }) {
                throw failure("keyword argument repeated: \(name)", line: line)
            }
            advance()
            advance()
            arguments.keyword.append((Text(name), try expression()))
        } else {
            guard arguments.positionalList == nil, arguments.keywordDict == nil, arguments.keyword.isEmpty
            else { throw invalid }
            arguments.positional.append(try expression())
        }
    }

    private mutating func dottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skip(symbol: ".") { name += "." + (try expectName()) }
        return name
    }

    /// Parses a filter's name and arguments.
    mutating func filterCall() throws(TemplateError) -> FilterCall {
        let line = line
        let name = try dottedName()
        let arguments = isSymbol("(") ? try callArguments() : CallArguments()
        let filter = Filter(rawValue: name)
        if filter == nil, !isConditional, !isBeforeInlineCondition() {
            throw failure("No filter named '\(name)'.", line: line)
        }
        return FilterCall(name: name, filter: filter, arguments: arguments)
    }

    private mutating func testCall() throws(TemplateError) -> TestCall {
        let line = line
        let isNegated = skip(name: "not")
        let name = try dottedName()
        var arguments = CallArguments()
        if isSymbol("(") {
            arguments = try callArguments()
        } else if startsTestArgument {
            if isName("is") { throw failure("You cannot chain multiple tests with is") }
            try enter()
            defer { depth -= 1 }
            let base = try primary()
            var steps: [Postfix] = []
            try postfixes(&steps)
            arguments.positional = [steps.isEmpty ? base : .postfix(base, steps)]
        }
        let test = Test(rawValue: name)
        if test == nil, !isConditional, !isBeforeInlineCondition() {
            throw failure("No test named '\(name)'.", line: line)
        }
        return TestCall(name: name, test: test, isNegated: isNegated, arguments: arguments)
    }

    /// Whether a test's argument without parentheses follows.
    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and"].contains(name)
        case .string, .integer, .float: true
        case .symbol(let symbol): ["(", "[", "{"].contains(symbol)
        default: false
        }
    }

    /// Whether an inline `if` follows in the same tag, so that what stands here may not be evaluated.
    private mutating func isBeforeInlineCondition() -> Bool {
        if !inlineCondition.range.contains(position) {
            var index = position
            while index < tokens.count - 1, !Self.endsTag(tokens[index].kind),
                tokens[index].kind != .name("if")
            {
                index += 1
            }
            // The answer holds for every position on the way: without it, many look-ups would be quadratic.
            inlineCondition = (position..<(index + 1), tokens[index].kind == .name("if"))
        }
        return inlineCondition.isFound
    }

    private static func endsTag(_ kind: Token.Kind) -> Bool {
        kind == .variableEnd || kind == .blockEnd
    }
}
