// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Parser {
    mutating func forLoop(_ line: Int) throws(TemplateError) -> Statement {
        let target = try target(allowsAttributes: false)
        try checkNotLoop(target, line)
        try expect(name: "in")
        let iterable = try tupleOrExpression(allowsCondition: false)
        let filter = skip(name: "if") ? try expression() : nil
        let isRecursive = skip(name: "recursive")
        let outside = (isInLoop, isConditional)
        isInLoop = true
        isConditional = false
        let bodyStart = mentions.count
        let body = try block(until: ["endfor", "else"])
        let loopSymbol = symbols.intern("loop")
        let usesLoop = mentions[bodyStart...].contains(loopSymbol)
        isInLoop = outside.0 && !isRecursive
        var otherwise: Body?
        let hasElse = isName("else")
        advance()
        if hasElse {
            otherwise = Body(statements: try block(until: ["endfor"]))
            advance()
        }
        (isInLoop, isConditional) = outside
        return .loop(
            ForLoop(
                target: target, iterable: iterable, filter: filter, isRecursive: isRecursive,
                usesLoop: usesLoop || isRecursive, body: Body(statements: body), otherwise: otherwise,
                line: line))
    }

    private func checkNotLoop(_ target: Target, _ line: Int) throws(TemplateError) {
        switch target {
        case .variable(let symbol) where symbols.names[symbol] == "loop":
            throw failure("Can't assign to special loop variable in for-loop target", line: line)
        case .tuple(let targets):
            for target in targets { try checkNotLoop(target, line) }
        default: break
        }
    }

    mutating func condition(_ line: Int) throws(TemplateError) -> Statement {
        let outside = isConditional
        isConditional = true
        defer { isConditional = outside }
        var branches: [(test: Expression, statements: [Statement], line: Int)] = []
        var branchLine = line
        while true {
            let test = try tupleOrExpression(allowsCondition: false)
            let statements = try block(until: ["elif", "else", "endif"])
            branches.append((test, statements, branchLine))
            branchLine = self.line
            let isElse = isName("else")
            let isElseIf = isName("elif")
            advance()
            if isElseIf { continue }
            var otherwise: [Statement] = []
            if isElse {
                otherwise = try block(until: ["endif"])
                advance()
            }
            return .condition(Condition(branches: branches, otherwise: otherwise))
        }
    }

    mutating func assignment(_ line: Int) throws(TemplateError) -> Statement {
        let target = try target(allowsAttributes: true)
        if skip(symbol: "=") {
            return .assign(target, try tupleOrExpression(), line: line)
        }
        let filters = try filterChain()
        let inside = isInLoop
        let body = try block(until: "endset", isInLoop: inside)
        return .assignBlock(target, filters, Body(statements: body), line: line)
    }

    private mutating func filterChain() throws(TemplateError) -> [FilterCall] {
        var filters: [FilterCall] = []
        while skip(symbol: "|") { filters.append(try filterCall()) }
        return filters
    }

    mutating func filterBlock(_ line: Int) throws(TemplateError) -> Statement {
        var filters = [try filterCall()]
        filters += try filterChain()
        let inside = isInLoop
        let body = try block(until: "endfilter", isInLoop: inside)
        return .filter(filters, Body(statements: body), line: line)
    }

    mutating func with(_ line: Int) throws(TemplateError) -> Statement {
        var variables: [(target: Target, value: Expression)] = []
        while current.kind != .blockEnd {
            if !variables.isEmpty { try expect(symbol: ",") }
            let target = try target(allowsAttributes: false)
            try expect(symbol: "=")
            variables.append((target, try expression()))
        }
        let inside = isInLoop
        let body = try block(until: "endwith", isInLoop: inside)
        return .with(variables, Body(statements: body), line: line)
    }

    mutating func macro(_ line: Int) throws(TemplateError) -> Statement {
        let name = try assignableName()
        let parameters = try signature()
        return .macro(try macroBody(name, parameters, until: "endmacro", line))
    }

    mutating func callBlock(_ line: Int) throws(TemplateError) -> Statement {
        let parameters = isSymbol("(") ? try signature() : []
        guard case .postfix(let base, var steps) = try expression(),
            case .call(let arguments)? = steps.popLast()
        else { throw failure("expected call", line: line) }
        let callee = steps.isEmpty ? base : .postfix(base, steps)
        let body = try macroBody("caller", parameters, until: "endcall", line)
        return .call(CallBlock(callee: callee, arguments: arguments, body: body, line: line))
    }

    private typealias Parameters = [(symbol: Int, name: Text, fallback: Expression?)]

    private mutating func signature() throws(TemplateError) -> [(
        symbol: Int, name: Text, fallback: Expression?
    )] {
        var parameters: Parameters = []
        var hasFallback = false
        try expect(symbol: "(")
        while !isSymbol(")") {
            if !parameters.isEmpty { try expect(symbol: ",") }
            let name = try assignableName()
            var fallback: Expression?
            if skip(symbol: "=") {
                fallback = try expression()
                hasFallback = true
            } else if hasFallback {
                throw failure("non-default argument follows default argument")
            }
            let symbol = symbols.intern(name)
            if parameters.contains(where: { $0.symbol == symbol }) {
                throw failure("duplicate argument '\(name)' in function definition")
            }
            parameters.append((symbol, Text(name), fallback))
        }
        try expect(symbol: ")")
        return parameters
    }

    private mutating func assignableName() throws(TemplateError) -> String {
        let line = line
        let name = try expectName()
        if Self.constants.contains(name) { throw failure("can't assign to 'name'", line: line) }
        return name
    }

    private mutating func macroBody(
        _ name: String, _ parameters: [(symbol: Int, name: Text, fallback: Expression?)], until end: String,
        _ line: Int
    ) throws(TemplateError) -> MacroDefinition {
        let start = mentions.count
        let statements = try block(until: end, isInLoop: false)
        let read = Set(mentions[start...])
        func special(_ name: String) -> Int? {
            guard let symbol = symbols.number(of: name), read.contains(symbol) else { return nil }
            return parameters.contains { $0.symbol == symbol } ? nil : symbol
        }
        let explicitCaller = parameters.first { $0.name.string == "caller" }
        if let explicitCaller, explicitCaller.fallback == nil, read.contains(explicitCaller.symbol) {
            throw failure(
                "When defining macros or call blocks the special \"caller\" argument must be omitted "
                    + "or be given a default.", line: line)
        }
        let symbol = symbols.intern(name)
        return MacroDefinition(
            name: name, symbol: symbol, parameters: parameters, body: Body(statements: statements),
            line: line, caller: special("caller"), keywords: special("kwargs"), rest: special("varargs"))
    }

    // MARK: - Targets

    static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    /// Parses what is assigned to: a name, a namespace's attribute, or a tuple of targets.
    mutating func target(allowsAttributes: Bool) throws(TemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if !targets.isEmpty { try expect(symbol: ",") }
            if isTupleEnd { break }
            targets.append(try singleTarget(allowsAttributes: allowsAttributes))
            guard isSymbol(",") else { break }
            isTuple = true
        }
        if !isTuple {
            guard let first = targets.first else {
                throw failure("Expected an expression, got '\(current.description)'")
            }
            return first
        }
        return .tuple(targets)
    }

    private mutating func singleTarget(allowsAttributes: Bool) throws(TemplateError) -> Target {
        if skip(symbol: "(") {
            try enter()
            defer { depth -= 1 }
            let inner = isSymbol(")") ? Target.tuple([]) : try target(allowsAttributes: false)
            try expect(symbol: ")")
            return inner
        }
        guard case .name(let name) = current.kind else {
            throw failure("can't assign to '\(current.description)'")
        }
        if Self.constants.contains(name) { throw failure("can't assign to 'const'") }
        advance()
        let symbol = symbols.intern(name)
        if allowsAttributes, isSymbol(".") {
            advance()
            mentions.append(symbol)
            return .attribute(namespace: symbol, name: Text(try expectName()))
        }
        return .variable(symbol)
    }
}
