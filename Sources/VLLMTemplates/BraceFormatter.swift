// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The arguments of `str.format` and the fields of its format string.
struct BraceFormatter {
    let positional: [Value]
    let keyword: [(name: Text, value: Value)]
    private var next: Int? = 0

    init(positional: [Value], keyword: [(name: Text, value: Value)]) {
        self.positional = positional
        self.keyword = keyword
    }

    /// What stands between braces.
    struct Field {
        var name = ""
        var steps: [Step] = []
        var conversion: Unicode.Scalar?
        var spec = ""
    }

    /// A look-up in a field.
    enum Step {
        case attribute(String)
        case item(Value)
    }

    /// The argument of a number, of a name, or the next one if there is neither.
    mutating func argument(_ name: String) throws(TemplateError) -> Value {
        if name.isEmpty {
            guard let index = next else {
                throw .runtime("cannot switch from manual field specification to automatic field numbering")
            }
            next = index + 1
            return try positional(index)
        }
        if let index = Int(name), index >= 0 {
            if let next, next > 0 {
                throw .runtime("cannot switch from automatic field numbering to manual field specification")
            }
            next = nil
            return try positional(index)
        }
        guard let found = keyword.first(where: { $0.name.string == name }) else {
            throw .runtime("KeyError: '\(name)'")
        }
        return found.value
    }

    private func positional(_ index: Int) throws(TemplateError) -> Value {
        guard positional.indices.contains(index) else {
            throw .runtime("Replacement index \(index) out of range for positional args tuple")
        }
        return positional[index]
    }

    /// Reads a field up to its closing brace.
    static func field(_ scalars: inout Substring.UnicodeScalarView) throws(TemplateError) -> Field {
        var body = String.UnicodeScalarView()
        var level = 1
        while let scalar = scalars.popFirst() {
            if scalar == "{" { level += 1 }
            if scalar == "}" {
                level -= 1
                if level == 0 { return try parse(body) }
            }
            body.append(scalar)
        }
        throw .runtime("expected '}' before end of string")
    }

    private static func parse(_ body: String.UnicodeScalarView) throws(TemplateError) -> Field {
        var field = Field()
        var rest = body[...]
        let nameEnd = rest.firstIndex { $0 == ":" || $0 == "!" } ?? rest.endIndex
        var path = rest[..<nameEnd]
        rest = rest[nameEnd...]
        if rest.first == "!" {
            rest.removeFirst()
            guard let conversion = rest.popFirst() else {
                throw .runtime("end of string while looking for conversion specifier")
            }
            field.conversion = conversion
            guard rest.isEmpty || rest.first == ":" else {
                throw .runtime("expected ':' after conversion specifier")
            }
        }
        if rest.first == ":" { field.spec = String(rest.dropFirst()) }
        let first = path.firstIndex { $0 == "." || $0 == "[" } ?? path.endIndex
        field.name = String(path[..<first])
        path = path[first...]
        while let mark = path.popFirst() {
            if mark == "." {
                let end = path.firstIndex { $0 == "." || $0 == "[" } ?? path.endIndex
                field.steps.append(.attribute(String(path[..<end])))
                path = path[end...]
            } else {
                guard let end = path.firstIndex(of: "]") else {
                    throw .runtime("Missing ']' in format string")
                }
                let key = String(path[..<end])
                field.steps.append(.item(Int(key).map { .int($0) } ?? .text(key)))
                path = path[path.index(after: end)...]
            }
        }
        return field
    }
}
