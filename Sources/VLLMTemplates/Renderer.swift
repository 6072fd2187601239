// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// The state of one rendering.
struct Renderer: ~Copyable {
    let symbols: SymbolTable
    let limits: TemplateLimits
    let now: TemplateDate?
    /// Values of the context and of the built-in functions by symbol.
    private var context: [Value?]
    /// Variables that the template's outermost block has set, by symbol.
    private var globals: [Value?]
    private var hiddenGlobals: [Bool]

    var output = ""
    var scope: Scope?
    var line = 0
    private var steps = 0
    private var depth = 0
    /// Objects that may refer to each other in circles or long chains; emptied at the end.
    private var namespaces: [Namespace] = []
    private var captured: [Scope] = []

    /// What happens after a statement.
    enum Flow {
        case normal
        case stopLoop
        case nextIteration
    }

    init(
        _ program: Parser.Result, context object: JSONObject, limits: TemplateLimits, now: TemplateDate?
    ) throws(TemplateError) {
        symbols = program.symbols
        self.limits = limits
        self.now = now
        let names = program.symbols.names
        globals = [Value?](repeating: nil, count: names.count)
        hiddenGlobals = [Bool](repeating: false, count: names.count)
        context = []
        context.reserveCapacity(names.count)
        for name in names {
            if let value = object[name] {
                context.append(try Value(value))
            } else if let function = Function(rawValue: name), function != .dictFromKeys {
                context.append(.function(function))
            } else {
                context.append(nil)
            }
        }
        for symbol in program.body.hidden { hiddenGlobals[symbol] = true }
    }

    /// Renders a template; the error says at which line it happened.
    mutating func render(_ body: Body) throws(TemplateError) -> String {
        do throws(TemplateError) {
            _ = try execute(body.statements)
        } catch {
            release()
            var error = error
            if error.line == 0 { error.line = line }
            throw error
        }
        release()
        return output
    }

    /// Breaks circles between namespaces, macros and their scopes.
    private mutating func release() {
        for namespace in namespaces { namespace.attributes = [] }
        for scope in captured { scope.removeAll() }
    }

    // MARK: - Limits

    /// Counts operations.
    @inline(__always)
    mutating func charge(_ count: Int) throws(TemplateError) {
        steps &+= count
        if steps > limits.maximumSteps {
            throw .limit("the template takes more than \(limits.maximumSteps) steps")
        }
    }

    /// Counts the making of a string.
    mutating func charge(bytes: Int) throws(TemplateError) {
        if bytes > limits.maximumOutputInBytes {
            throw .limit("a string is longer than \(limits.maximumOutputInBytes) bytes")
        }
        try charge(bytes >> 4 + 1)
    }

    mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > limits.maximumDepth { throw .limit("maximum recursion depth exceeded") }
        try charge(1)
    }

    mutating func leave() { depth -= 1 }

    /// The error of a body, which is kept for later; limits are not.
    mutating func failure(
        of body: (inout Renderer) throws(TemplateError) -> Void
    ) throws(TemplateError) -> TemplateError? {
        let outside = depth
        do throws(TemplateError) {
            try body(&self)
            return nil
        } catch {
            if error.kind == .limit { throw error }
            depth = outside
            return error
        }
    }

    /// A string value that counts against the limits.
    mutating func make(_ string: String, isMarkup: Bool = false) throws(TemplateError) -> Value {
        try charge(bytes: string.utf8.count)
        return .string(Text(string, isMarkup: isMarkup))
    }

    /// A list value that counts against the limits.
    mutating func make(_ items: [Value]) throws(TemplateError) -> Value {
        try charge(items.count >> 2 + 1)
        return .list(try Elements(items))
    }

    // MARK: - Output

    mutating func write(_ text: Text) throws(TemplateError) {
        try charge(bytes: text.size)
        if output.utf8.count + text.size > limits.maximumOutputInBytes {
            throw .limit("the output is longer than \(limits.maximumOutputInBytes) bytes")
        }
        output += text.string
    }

    mutating func write(_ value: Value) throws(TemplateError) {
        if case .string(let text) = value {
            try write(text)
        } else if !value.isUndefined {
            try write(try text(of: value))
        }
    }

    /// What statements write when their output does not go to the result.
    mutating func capture(_ body: Body) throws(TemplateError) -> (text: String, flow: Flow) {
        let outside = output
        output = ""
        let flow = try executeInScope(body)
        let text = output
        output = outside
        return (text, flow)
    }

    // MARK: - Variables

    func lookUp(_ symbol: Int) -> Value {
        var next = scope
        while let scope = next {
            if let found = scope.find(symbol) { return found ?? undefined(symbol) }
            next = scope.parent
        }
        if let value = globals[symbol] { return value }
        if hiddenGlobals[symbol] { return undefined(symbol) }
        return context[symbol] ?? undefined(symbol)
    }

    private func undefined(_ symbol: Int) -> Value {
        .undefined(Undefined(.variable(symbols.names[symbol])))
    }

    mutating func set(_ symbol: Int, _ value: Value) {
        if let scope {
            scope.set(symbol, value)
        } else {
            globals[symbol] = value
        }
    }

    mutating func assign(_ target: Target, _ value: Value) throws(TemplateError) {
        switch target {
        case .variable(let symbol): set(symbol, value)
        case .attribute(let symbol, let name):
            guard case .namespace(let namespace) = lookUp(symbol) else {
                throw .runtime("cannot assign attribute on non-namespace object")
            }
            try setAttribute(of: namespace, name, value)
        case .tuple(let targets):
            let items = try iterate(value)
            if items.count < targets.count {
                throw .runtime("not enough values to unpack (expected \(targets.count), got \(items.count))")
            }
            if items.count > targets.count {
                throw .runtime("too many values to unpack (expected \(targets.count))")
            }
            for (target, item) in zip(targets, items) { try assign(target, item) }
        }
    }

    func setAttribute(of namespace: Namespace, _ name: Text, _ value: Value) throws(TemplateError) {
        if name.string.utf8.first == UInt8(ascii: "_") {
            throw TemplateError(
                kind: .security,
                message: "Chat templates cannot store underscore-prefixed attributes on a namespace, but got "
                    + "'\(name.string)'. Please rename the attribute.")
        }
        namespace[name] = value
    }

    /// Remembers an object that is emptied at the end.
    mutating func register(_ namespace: Namespace) { namespaces.append(namespace) }

    /// Remembers the scopes that a macro can see.
    mutating func capture(_ scope: Scope?) {
        if let scope, captured.last !== scope { captured.append(scope) }
    }
}
