// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Turns tokens into statements.
struct Parser {
    /// The deepest nesting of expressions and statements in a template.
    static let maximumDepth = 100

    /// The longest template in bytes.
    static let maximumSize = 1 << 20

    let tokens: [Token]
    var position = 0
    var symbols = SymbolTable()
    var depth = 0
    /// Symbols in the order in which they are read, to see what a body mentions.
    var mentions: [Int] = []
    /// Whether an unknown filter or test may stay, because a branch around it may not be taken.
    var isConditional = false
    /// Whether `break` and `continue` have a loop to act on.
    var isInLoop = false
    var blockNames: Set<String> = []
    /// Where the next inline `if` or the end of the tag was looked for, and whether it is an `if`.
    var inlineCondition: (range: Range<Int>, isFound: Bool) = (0..<0, false)

    /// A parsed template.
    struct Result: Sendable {
        let body: Body
        let symbols: SymbolTable
    }

    static func parse(_ source: String) throws(TemplateError) -> Result {
        if source.utf8.count > maximumSize {
            throw TemplateError(kind: .syntax, message: "the template is longer than \(maximumSize) bytes")
        }
        var parser = Parser(tokens: try Lexer.tokenize(source))
        let statements = try parser.statements(until: [])
        let body = ScopeAnalysis().root(Body(statements: statements))
        return Result(body: body, symbols: parser.symbols)
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    // MARK: - Tokens

    var current: Token { tokens[min(position, tokens.count - 1)] }

    var line: Int { current.line }

    func peek(_ distance: Int = 1) -> Token { tokens[min(position + distance, tokens.count - 1)] }

    mutating func advance() { position += 1 }

    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(symbol: String) throws(TemplateError) {
        guard skip(symbol: symbol) else {
            throw failure("expected token '\(symbol)', got '\(current.description)'")
        }
    }

    mutating func expect(name: String) throws(TemplateError) {
        guard skip(name: name) else {
            throw failure("expected token '\(name)', got '\(current.description)'")
        }
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else {
            throw failure("expected token 'name', got '\(current.description)'")
        }
        advance()
        return name
    }

    mutating func expect(_ kind: Token.Kind, _ description: String) throws(TemplateError) {
        guard current.kind == kind else {
            throw failure("expected token '\(description)', got '\(current.description)'")
        }
        advance()
    }

    func failure(_ message: String, line: Int? = nil) -> TemplateError {
        TemplateError(kind: .syntax, message: message, line: line ?? self.line)
    }

    mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > Self.maximumDepth { throw failure("the template is nested too deeply") }
    }

    // MARK: - Statements

    /// Parses statements up to a tag with one of the given names, which becomes the current token.
    ///
    /// Without names, up to the end of the template.
    mutating func statements(until ends: [String]) throws(TemplateError) -> [Statement] {
        try enter()
        defer { depth -= 1 }
        var statements: [Statement] = []
        while true {
            switch current.kind {
            case .end:
                if ends.isEmpty { return statements }
                let wanted = ends.map { "'\($0)'" }.joined(separator: " or ")
                throw failure(
                    "Unexpected end of template. Jinja was looking for the following tags: \(wanted).")
            case .data(let data):
                advance()
                statements.append(.text(Text(data)))
            case .variableBegin:
                let line = line
                advance()
                let expression = try tupleOrExpression()
                try expect(.variableEnd, "end of print statement")
                statements.append(.output(expression, line: line))
            case .blockBegin:
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return statements }
                statements += try statement()
                try expect(.blockEnd, "end of statement block")
            default:
                throw failure("unexpected '\(current.description)'")
            }
        }
    }

    /// Parses the end of a tag and the statements up to the tag that closes it, which is left over.
    mutating func block(until ends: [String]) throws(TemplateError) -> [Statement] {
        _ = skip(symbol: ":")
        try expect(.blockEnd, "end of statement block")
        return try statements(until: ends)
    }

    /// Parses a block in which `break` has no loop, or has one, to act on.
    mutating func block(until end: String, isInLoop inside: Bool) throws(TemplateError) -> [Statement] {
        let outside = (isInLoop, isConditional)
        isInLoop = inside
        isConditional = false
        defer { (isInLoop, isConditional) = outside }
        let statements = try block(until: [end])
        advance()
        return statements
    }

    private mutating func statement() throws(TemplateError) -> [Statement] {
        let line = line
        guard case .name(let tag) = current.kind else { throw failure("tag name expected") }
        advance()
        switch tag {
        case "for": return [try forLoop(line)]
        case "if": return [try condition(line)]
        case "set": return [try assignment(line)]
        case "macro": return [try macro(line)]
        case "call": return [try callBlock(line)]
        case "filter": return [try filterBlock(line)]
        case "with": return [try with(line)]
        case "print": return try print(line)
        case "do": return [.evaluate(try tupleOrExpression(), line: line)]
        case "generation":
            return [.scope(Body(statements: try block(until: "endgeneration", isInLoop: false)))]
        case "block": return [try namedBlock()]
        case "autoescape": return [try autoescape()]
        case "break", "continue":
            guard isInLoop else { throw failure("'\(tag)' outside loop", line: line) }
            return [tag == "break" ? .stopLoop : .nextIteration]
        case "include", "import", "from", "extends":
            throw failure("'\(tag)' is not supported: a chat template is a single file", line: line)
        default:
            throw failure("Encountered unknown tag '\(tag)'.", line: line)
        }
    }

    private mutating func print(_ line: Int) throws(TemplateError) -> [Statement] {
        var statements: [Statement] = []
        while current.kind != .blockEnd {
            if !statements.isEmpty { try expect(symbol: ",") }
            statements.append(.output(try expression(), line: line))
        }
        return statements
    }

    private mutating func autoescape() throws(TemplateError) -> Statement {
        guard case .literal(.bool(false)) = try expression() else {
            throw failure("autoescape is only supported with false")
        }
        let inside = isInLoop
        return .scope(Body(statements: try block(until: "endautoescape", isInLoop: inside)))
    }

    private mutating func namedBlock() throws(TemplateError) -> Statement {
        let name = try expectName()
        guard blockNames.insert(name).inserted else { throw failure("block '\(name)' defined twice") }
        guard skip(name: "scoped") || !isName("required") else {
            throw failure("required blocks are not supported")
        }
        let body = try block(until: "endblock", isInLoop: false)
        _ = skip(name: name)
        return .scope(Body(statements: body))
    }
}
