// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A value while a template runs, with the semantics of the Python type it stands for.
///
/// Lists, tuples and dicts never change: the sandbox that templates are written for forbids it.
enum Value {
    case undefined(Undefined)
    case none
    case bool(Bool)
    case int(Int)
    /// An integer that does not fit `Int`; the only form of such a one.
    indirect case wide(Int128)
    case float(Double)
    case string(Text)
    case list(Elements)
    case tuple(Elements)
    case dict(Mapping)
    case range(RangeValue)
    case iterator(ValueIterator)
    case view(MappingView)
    case namespace(Namespace)
    case loop(LoopState)
    case macro(Macro)
    case function(Function)
    case method(BoundMethod)
    case cycler(Cycler)
    case joiner(Joiner)

    /// A string value.
    static func text(_ string: String) -> Value { .string(Text(string)) }

    /// An integer in its only form.
    static func integer(_ value: Int128) -> Value { Int(exactly: value).map { .int($0) } ?? .wide(value) }
}

extension Value {
    /// The name of the Python type, for messages.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .int, .wide: "int"
        case .float: "float"
        case .string(let text): text.isMarkup ? "Markup" : "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .range: "range"
        case .iterator: "generator"
        case .view(let view): view.typeName
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .macro: "Macro"
        case .function: "function"
        case .method: "builtin_function_or_method"
        case .cycler: "Cycler"
        case .joiner: "Joiner"
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    var isNone: Bool {
        if case .none = self { true } else { false }
    }

    /// The string, if this is one.
    var text: Text? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The integer, if this is one that fits or a Boolean.
    var integer: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// The integer, however large, if this is one or a Boolean.
    var wideInteger: Int128? {
        if case .wide(let value) = self { value } else { integer.map { Int128($0) } }
    }

    /// The number, if this is one or a Boolean.
    var number: Double? {
        switch self {
        case .float(let value): value
        case .int(let value): Double(value)
        case .wide(let value): Double(value)
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// The number of values in a list or tuple and in those inside it; 1 for others.
    var weight: Int {
        switch self {
        case .list(let elements), .tuple(let elements): elements.weight
        default: 1
        }
    }

    /// How many containers lie inside each other.
    var depth: Int {
        switch self {
        case .list(let elements), .tuple(let elements): elements.depth
        case .dict(let mapping): mapping.depth
        case .iterator(let iterator): iterator.depth
        case .view(let view): view.mapping.depth + 1
        case .method(let method): method.receiver.depth + 1
        case .cycler(let cycler): cycler.depth
        case .loop(let loop): loop.depthOfItems + 1
        default: 0
        }
    }

    /// Whether Python takes this for true.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let elements), .tuple(let elements): !elements.items.isEmpty
        case .dict(let mapping): mapping.count > 0
        case .range(let range): range.count > 0
        case .view(let view): view.mapping.count > 0
        case .loop(let loop): !loop.items.isEmpty
        default: true
        }
    }
}
