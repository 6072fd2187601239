// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds the variables that a block assigns before it reads them.
///
/// Jinja resolves names when it compiles: a name that is first assigned in a block belongs to the block,
/// and until the assignment runs, nested loops and macros see it as undefined even if the context has it.
struct ScopeAnalysis {
    /// The names known to a block and those around it.
    private struct Frame {
        /// Names that a block or one around it refers to.
        var references: Set<Int>
        /// Names of this block that were assigned before they were read.
        var hidden: [Int] = []

        mutating func read(_ symbol: Int) { references.insert(symbol) }

        mutating func store(_ symbol: Int) {
            if references.insert(symbol).inserted { hidden.append(symbol) }
        }
    }

    /// Marks the hidden names of a template and of all blocks in it.
    func root(_ body: Body) -> Body { analyze(body, outer: [], parameters: []) }

    private func analyze(_ body: Body, outer: Set<Int>, parameters: [Int]) -> Body {
        var frame = Frame(references: outer.union(parameters))
        visit(body.statements, &frame)
        let statements = body.statements.map { rebuild($0, frame.references) }
        return Body(statements: statements, hidden: frame.hidden)
    }

    // MARK: - The statements of one block

    private func visit(_ statements: [Statement], _ frame: inout Frame) {
        for statement in statements { visit(statement, &frame) }
    }

    private func visit(_ statement: Statement, _ frame: inout Frame) {
        switch statement {
        case .text, .stopLoop, .nextIteration, .scope: break
        case .output(let expression, _), .evaluate(let expression, _): visit(expression, &frame)
        case .condition(let condition): visit(condition, &frame)
        case .loop(let loop): visit(loop.iterable, &frame)
        case .assign(let target, let value, _):
            visit(value, &frame)
            visit(target, &frame)
        case .assignBlock(let target, _, _, _): visit(target, &frame)
        case .macro(let macro): frame.store(macro.symbol)
        case .call(let call):
            visit(call.callee, &frame)
            visit(call.arguments, &frame)
        case .filter(let filters, _, _):
            for filter in filters { visit(filter.arguments, &frame) }
        case .with(let variables, _, _):
            for variable in variables { visit(variable.value, &frame) }
        }
    }

    /// A name assigned in one branch only is looked up in the context when the branch is not taken.
    private func visit(_ condition: Condition, _ frame: inout Frame) {
        var merged = frame
        for (index, branch) in condition.branches.enumerated() {
            if index == 0 {
                visit(branch.test, &frame)
                merged = frame
            }
            var copy = frame
            if index > 0 { visit(branch.test, &copy) }
            visit(branch.statements, &copy)
            merged.references.formUnion(copy.references)
        }
        var copy = frame
        visit(condition.otherwise, &copy)
        merged.references.formUnion(copy.references)
        frame = merged
    }

    private func visit(_ target: Target, _ frame: inout Frame) {
        switch target {
        case .variable(let symbol): frame.store(symbol)
        case .attribute(let namespace, _): frame.read(namespace)
        case .tuple(let targets): for target in targets { visit(target, &frame) }
        }
    }

    private func visit(_ expression: Expression, _ frame: inout Frame) {
        switch expression {
        case .literal: break
        case .variable(let symbol): frame.read(symbol)
        case .list(let items), .tuple(let items), .concatenation(let items), .and(let items), .or(let items):
            for item in items { visit(item, &frame) }
        case .dict(let items):
            for item in items {
                visit(item.key, &frame)
                visit(item.value, &frame)
            }
        case .postfix(let base, let steps):
            visit(base, &frame)
            for step in steps { visit(step, &frame) }
        case .negative(let operand), .positive(let operand), .not(let operand): visit(operand, &frame)
        case .arithmetic(let first, let rest):
            visit(first, &frame)
            for item in rest { visit(item.operand, &frame) }
        case .comparison(let first, let rest):
            visit(first, &frame)
            for item in rest { visit(item.operand, &frame) }
        case .conditional(let condition, let value, let otherwise):
            visit(condition, &frame)
            visit(value, &frame)
            if let otherwise { visit(otherwise, &frame) }
        }
    }

    private func visit(_ step: Postfix, _ frame: inout Frame) {
        switch step {
        case .attribute: break
        case .item(let expression): visit(expression, &frame)
        case .slice(let start, let stop, let step):
            for expression in [start, stop, step] {
                if let expression { visit(expression, &frame) }
            }
        case .call(let arguments): visit(arguments, &frame)
        case .filter(let filter): visit(filter.arguments, &frame)
        case .test(let test): visit(test.arguments, &frame)
        }
    }

    private func visit(_ arguments: CallArguments, _ frame: inout Frame) {
        for argument in arguments.positional { visit(argument, &frame) }
        for argument in arguments.keyword { visit(argument.value, &frame) }
        if let list = arguments.positionalList { visit(list, &frame) }
        if let dict = arguments.keywordDict { visit(dict, &frame) }
    }

    // MARK: - Nested blocks

    private func rebuild(_ statement: Statement, _ outer: Set<Int>) -> Statement {
        switch statement {
        case .condition(let condition):
            return .condition(
                Condition(
                    branches: condition.branches.map { branch in
                        (branch.test, branch.statements.map { rebuild($0, outer) }, branch.line)
                    }, otherwise: condition.otherwise.map { rebuild($0, outer) }))
        case .loop(let loop): return .loop(rebuild(loop, outer))
        case .assignBlock(let target, let filters, let body, let line):
            return .assignBlock(target, filters, analyze(body, outer: outer, parameters: []), line: line)
        case .macro(let macro): return .macro(rebuild(macro, outer))
        case .call(let call):
            return .call(
                CallBlock(
                    callee: call.callee, arguments: call.arguments, body: rebuild(call.body, outer),
                    line: call.line))
        case .filter(let filters, let body, let line):
            return .filter(filters, analyze(body, outer: outer, parameters: []), line: line)
        case .with(let variables, let body, let line):
            let parameters = variables.flatMap { symbols(of: $0.target) }
            return .with(variables, analyze(body, outer: outer, parameters: parameters), line: line)
        case .scope(let body): return .scope(analyze(body, outer: outer, parameters: []))
        default: return statement
        }
    }

    private func rebuild(_ loop: ForLoop, _ outer: Set<Int>) -> ForLoop {
        ForLoop(
            target: loop.target, iterable: loop.iterable, filter: loop.filter, isRecursive: loop.isRecursive,
            usesLoop: loop.usesLoop,
            body: analyze(loop.body, outer: outer, parameters: symbols(of: loop.target)),
            otherwise: loop.otherwise.map { analyze($0, outer: outer, parameters: []) }, line: loop.line)
    }

    private func rebuild(_ macro: MacroDefinition, _ outer: Set<Int>) -> MacroDefinition {
        let special = [macro.caller, macro.keywords, macro.rest].compactMap { $0 }
        let body = analyze(macro.body, outer: outer, parameters: macro.parameters.map(\.symbol) + special)
        return MacroDefinition(
            name: macro.name, symbol: macro.symbol, parameters: macro.parameters, body: body,
            line: macro.line, caller: macro.caller, keywords: macro.keywords, rest: macro.rest)
    }

    private func symbols(of target: Target) -> [Int] {
        switch target {
        case .variable(let symbol): [symbol]
        case .attribute: []
        case .tuple(let targets): targets.flatMap { symbols(of: $0) }
        }
    }
}
