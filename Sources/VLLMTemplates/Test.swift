// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The tests of Jinja.
enum Test: String, Sendable {
    case odd, even, divisibleby, defined, undefined, filter, test, none, boolean, `false`, `true`, integer,
        float
    case lower, upper, string, mapping, number, sequence, iterable, callable, sameas, escaped, `in`
    case eq, equalto, ne, gt, greaterthan, ge, lt, lessthan, le
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="

    /// The comparison that this stands for.
    var comparison: ComparisonOperator? {
        switch self {
        case .eq, .equalto, .equal: .equal
        case .ne, .notEqual: .notEqual
        case .gt, .greaterthan, .greater: .greater
        case .ge, .greaterOrEqual: .greaterOrEqual
        case .lt, .lessthan, .less: .less
        case .le, .lessOrEqual: .lessOrEqual
        case .in: .isIn
        default: nil
        }
    }
}

extension Renderer {
    mutating func apply(_ call: TestCall, to value: Value) throws(TemplateError) -> Bool {
        guard let test = call.test else {
            throw .runtime("No test named '\(call.name)' found.")
        }
        return try apply(test, to: value, try evaluate(call.arguments))
    }

    mutating func apply(_ test: Test, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
        if let comparison = test.comparison {
            let other = try arguments.bind(test.rawValue, ["other"], required: 1)[0] ?? .none
            return try compare(value, comparison, other)
        }
        switch test {
        case .sameas:
            return value.isIdentical(to: try arguments.bind("sameas", ["other"], required: 1)[0] ?? .none)
        case .divisibleby:
            let divisor = try arguments.bind("divisibleby", ["num"], required: 1)[0] ?? .none
            return try isEqual(try compute(value, .remainder, divisor), .int(0))
        default:
            _ = try arguments.bind(test.rawValue, [])
            return try applySimple(test, to: value)
        }
    }

    /// The tests without arguments.
    private mutating func applySimple(_ test: Test, to value: Value) throws(TemplateError) -> Bool {
        switch test {
        case .defined: return !value.isUndefined
        case .undefined: return value.isUndefined
        case .none: return value.isNone
        case .boolean:
            if case .bool = value { return true }
            return false
        case .true: return value.isIdentical(to: .bool(true))
        case .false: return value.isIdentical(to: .bool(false))
        case .integer:
            switch value {
            case .int, .wide: return true
            default: return false
            }
        case .float:
            if case .float = value { return true }
            return false
        case .string: return value.text != nil
        case .number: return value.number != nil
        case .mapping:
            if case .dict = value { return true }
            return false
        case .odd: return try isEqual(try compute(value, .remainder, .int(2)), .int(1))
        case .even: return try isEqual(try compute(value, .remainder, .int(2)), .int(0))
        case .lower: return TextCase.has(.islower, try text(of: value).string)
        case .upper: return TextCase.has(.isupper, try text(of: value).string)
        case .escaped: return value.text?.isMarkup ?? false
        case .filter, .test:
            guard value.isHashable else { throw .runtime("unhashable type: '\(value.typeName)'") }
            guard let name = value.text?.string else { return false }
            return test == .filter ? Filter(rawValue: name) != nil : Test(rawValue: name) != nil
        default: return value.passes(test)
        }
    }
}

extension Value {
    /// Whether this is iterable, a sequence or callable.
    fileprivate func passes(_ test: Test) -> Bool {
        switch self {
        case .undefined: true
        case .string, .list, .tuple, .dict, .range: test != .callable
        case .iterator, .view: test == .iterable
        case .loop: test != .sequence
        case .function, .macro, .method, .joiner: test == .callable
        default: false
        }
    }
}
