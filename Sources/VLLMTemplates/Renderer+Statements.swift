// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    mutating func execute(_ statements: [Statement]) throws(TemplateError) -> Flow {
        try enter()
        for statement in statements {
            let flow = try execute(statement)
            if flow != .normal {
                leave()
                return flow
            }
        }
        leave()
        return .normal
    }

    private mutating func execute(_ statement: Statement) throws(TemplateError) -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression, let line): try output(expression, line)
        case .condition(let condition): return try execute(condition)
        case .loop(let loop): try execute(loop)
        case .assign(let target, let expression, let line): try assign(target, expression, line)
        case .assignBlock(let target, let filters, let body, let line):
            return try execute(target, filters, body, line)
        case .macro(let definition):
            capture(scope)
            set(definition.symbol, .macro(Macro(definition, scope: scope)))
        case .call(let block): try execute(block)
        case .filter(let filters, let body, let line): return try execute(filters, body, line)
        case .with(let variables, let body, let line): return try execute(variables, body, line)
        case .scope(let body): return try executeInScope(body)
        case .evaluate(let expression, let line): try discard(expression, line)
        case .stopLoop: return .stopLoop
        case .nextIteration: return .nextIteration
        }
        return .normal
    }

    @inline(never)
    private mutating func output(_ expression: Expression, _ line: Int) throws(TemplateError) {
        self.line = line
        try write(try evaluate(expression))
    }

    @inline(never)
    private mutating func discard(_ expression: Expression, _ line: Int) throws(TemplateError) {
        self.line = line
        _ = try evaluate(expression)
    }

    @inline(never)
    private mutating func assign(_ target: Target, _ value: Expression, _ line: Int) throws(TemplateError) {
        self.line = line
        try assign(target, try evaluate(value))
    }

    @inline(never)
    private mutating func execute(
        _ filters: [FilterCall], _ body: Body, _ line: Int
    ) throws(TemplateError) -> Flow {
        self.line = line
        let (text, flow) = try capture(body)
        if flow != .normal { return flow }
        let value = try apply(filters, to: .text(text))
        // Unlike an expression, a block's result is joined to the text as it is.
        guard case .string(let text) = value else {
            throw .runtime("expected str instance, \(value.typeName) found")
        }
        try write(text)
        return .normal
    }

    @inline(never)
    private mutating func execute(_ condition: Condition) throws(TemplateError) -> Flow {
        for branch in condition.branches {
            line = branch.line
            if try evaluate(branch.test).isTrue { return try execute(branch.statements) }
        }
        return condition.otherwise.isEmpty ? .normal : try execute(condition.otherwise)
    }

    @inline(never)
    private mutating func execute(
        _ target: Target, _ filters: [FilterCall], _ body: Body, _ line: Int
    ) throws(TemplateError) -> Flow {
        let (text, flow) = try capture(body)
        if flow != .normal { return flow }
        self.line = line
        try assign(target, try apply(filters, to: .text(text)))
        return .normal
    }

    private mutating func apply(_ filters: [FilterCall], to value: Value) throws(TemplateError) -> Value {
        var value = value
        for filter in filters { value = try apply(filter, to: value) }
        return value
    }

    @inline(never)
    private mutating func execute(
        _ variables: [(target: Target, value: Expression)], _ body: Body, _ line: Int
    ) throws(TemplateError) -> Flow {
        self.line = line
        var values: [Value] = []
        for variable in variables { values.append(try evaluate(variable.value)) }
        let outside = scope
        scope = Scope(parent: outside)
        for (variable, value) in zip(variables, values) { try assign(variable.target, value) }
        hide(body)
        let flow = try execute(body.statements)
        scope = outside
        return flow
    }

    /// Makes the names that a body assigns first undefined until then.
    func hide(_ body: Body) {
        for symbol in body.hidden { scope?.set(symbol, nil) }
    }

    mutating func executeInScope(_ body: Body) throws(TemplateError) -> Flow {
        let outside = scope
        scope = Scope(parent: outside)
        hide(body)
        let flow = try execute(body.statements)
        scope = outside
        return flow
    }

    // MARK: - Loops

    @inline(never)
    private mutating func execute(_ loop: ForLoop) throws(TemplateError) {
        line = loop.line
        let iterable = try evaluate(loop.iterable)
        if !loop.isRecursive {
            try run(loop, over: iterable, depth0: 0)
            return
        }
        let outside = output
        output = ""
        try run(loop, over: iterable, depth0: 0)
        let text = output
        output = outside
        try write(Text(text))
    }

    /// Runs a loop in the current scope.
    @inline(never)
    private mutating func run(_ loop: ForLoop, over iterable: Value, depth0: Int) throws(TemplateError) {
        var items = try iterate(iterable)
        if let filter = loop.filter { items = try select(items, filter, loop.target) }
        let outside = scope
        var state: LoopState?
        if loop.usesLoop {
            let recursion: (loop: ForLoop, scope: Scope?)? = loop.isRecursive ? (loop, outside) : nil
            state = LoopState(items: items, depth0: depth0, recursion: recursion)
        }
        let loopSymbol = loop.usesLoop ? symbols.number(of: "loop") : nil
        // Jinja runs the `else` part unless some iteration came to its end without `break` or `continue`.
        var isComplete = false
        for index in items.indices {
            try charge(1)
            scope = Scope(parent: outside)
            hide(loop.body)
            try assign(loop.target, items[index])
            if let state, let loopSymbol {
                state.index0 = index
                scope?.set(loopSymbol, .loop(state))
            }
            let flow = try execute(loop.body.statements)
            if flow == .stopLoop { break }
            if flow == .normal { isComplete = true }
        }
        scope = outside
        if !isComplete, let otherwise = loop.otherwise { _ = try executeInScope(otherwise) }
    }

    private mutating func select(
        _ items: [Value], _ filter: Expression, _ target: Target
    ) throws(TemplateError) -> [Value] {
        let outside = scope
        var selected: [Value] = []
        for item in items {
            scope = Scope(parent: outside)
            try assign(target, item)
            if try evaluate(filter).isTrue { selected.append(item) }
        }
        scope = outside
        return selected
    }

    /// Runs the body of a recursive loop over other values.
    mutating func recurse(_ state: LoopState, over iterable: Value) throws(TemplateError) -> Value {
        guard let (loop, outer) = state.recursion else {
            throw .runtime("The loop must have the 'recursive' marker to be called recursively.")
        }
        try enter()
        let outside = (scope, output)
        scope = outer
        output = ""
        try run(loop, over: iterable, depth0: state.depth0 + 1)
        let text = output
        (scope, output) = outside
        leave()
        return try make(text)
    }

    // MARK: - Macros

    @inline(never)
    private mutating func execute(_ block: CallBlock) throws(TemplateError) {
        line = block.line
        capture(scope)
        let caller = Value.macro(Macro(block.body, scope: scope))
        let callee = try evaluate(block.callee)
        var arguments = try evaluate(block.arguments)
        if arguments.keyword.contains(where: { $0.name.string == "caller" }) {
            throw .runtime("got multiple values for keyword argument 'caller'")
        }
        arguments.keyword.append((Text("caller"), caller))
        try write(try call(callee, arguments))
    }

    mutating func call(_ macro: Macro, _ arguments: Arguments) throws(TemplateError) -> Value {
        try enter()
        let outside = (scope, output, line)
        scope = Scope(parent: macro.scope)
        output = ""
        try bind(macro.definition, arguments)
        hide(macro.definition.body)
        let flow = try execute(macro.definition.body.statements)
        assert(flow == .normal)
        let text = output
        (scope, output, line) = outside
        leave()
        return try make(text)
    }

    /// Sets a macro's parameters in the current scope.
    private mutating func bind(_ definition: MacroDefinition, _ arguments: Arguments) throws(TemplateError) {
        var keyword = arguments.keyword
        var missing: [Int] = []
        for (index, parameter) in definition.parameters.enumerated() {
            if index < arguments.positional.count {
                set(parameter.symbol, arguments.positional[index])
            } else if let place = keyword.firstIndex(where: { $0.name == parameter.name }) {
                set(parameter.symbol, keyword.remove(at: place).value)
            } else {
                missing.append(index)
            }
        }
        for index in missing { try bindFallback(definition.parameters[index]) }
        if let caller = definition.caller {
            let place = keyword.firstIndex { $0.name.string == "caller" }
            let value = place.map { keyword.remove(at: $0).value }
            set(caller, value ?? .undefined(Undefined(.hint("No caller defined"))))
        }
        try bindRest(definition, arguments.positional, keyword)
    }

    private mutating func bindFallback(
        _ parameter: (symbol: Int, name: Text, fallback: Expression?)
    ) throws(TemplateError) {
        if let fallback = parameter.fallback {
            set(parameter.symbol, try evaluate(fallback))
        } else {
            let hint = "parameter '\(parameter.name.string)' was not provided"
            set(parameter.symbol, .undefined(Undefined(.hint(hint))))
        }
    }

    private mutating func bindRest(
        _ definition: MacroDefinition, _ positional: [Value], _ keyword: [(name: Text, value: Value)]
    ) throws(TemplateError) {
        if let symbol = definition.keywords {
            set(symbol, .dict(try Mapping(keyword.map { (.string($0.name), $0.value) })))
        } else if let extra = keyword.first {
            throw .runtime("macro '\(definition.name)' takes no keyword argument '\(extra.name.string)'")
        }
        let count = definition.parameters.count
        if let symbol = definition.rest {
            set(symbol, .tuple(try Elements(Array(positional.dropFirst(count)))))
        } else if positional.count > count {
            throw .runtime("macro '\(definition.name)' takes not more than \(count) argument(s)")
        }
    }
}
