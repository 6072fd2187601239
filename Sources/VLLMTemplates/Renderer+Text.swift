// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension Renderer {
    /// What Python's `str` makes of a value.
    mutating func text(of value: Value) throws(TemplateError) -> Text {
        switch value {
        case .string(let text): return text
        case .undefined: return .empty
        default: return Text(try repr(value))
        }
    }

    /// What Python's `repr` makes of a value.
    mutating func repr(_ value: Value) throws(TemplateError) -> String {
        var result = ""
        try appendRepr(value, to: &result)
        return result
    }

    private mutating func appendRepr(_ value: Value, to result: inout String) throws(TemplateError) {
        try enter()
        let start = result.utf8.count
        switch value {
        case .undefined: result += "Undefined"
        case .none: result += "None"
        case .bool(let flag): result += flag ? "True" : "False"
        case .int(let number): result += String(number)
        case .wide(let number): result += String(number)
        case .float(let number): result += PythonFloat.repr(number)
        case .string(let text):
            result += text.isMarkup ? "Markup(" + Self.quoted(text) + ")" : Self.quoted(text)
        case .list(let elements): try appendItems("[", elements.items, "]", to: &result)
        case .tuple(let elements):
            try appendItems("(", elements.items, elements.items.count == 1 ? ",)" : ")", to: &result)
        case .dict(let mapping): try appendDict(mapping, to: &result)
        case .namespace(let namespace):
            result += "<Namespace "
            let entries = namespace.attributes.map { (Value.string($0.name), $0.value) }
            try appendDict(try Mapping(entries), to: &result)
            result += ">"
        case .view(let view):
            try appendItems(view.typeName + "([", try view.items(), "])", to: &result)
        default: result += description(of: value)
        }
        try charge(bytes: result.utf8.count - start)
        if result.utf8.count > limits.maximumOutputInBytes { throw .limit("a printed value is too long") }
        leave()
    }

    /// How an object is shown whose text in Python says little more than its type.
    private func description(of value: Value) -> String {
        switch value {
        case .range(let range):
            let step = range.step == 1 ? "" : ", \(range.step)"
            return "range(\(range.start), \(range.stop)\(step))"
        case .loop(let loop): return "<LoopContext \(loop.index0 + 1)/\(loop.items.count)>"
        case .macro(let macro): return "<Macro '\(macro.definition.name)'>"
        case .function(let function): return "<function \(function.rawValue)>"
        case .method(let method):
            return "<built-in method \(method.name.string) of \(method.receiver.typeName) object>"
        default: return "<\(value.typeName) object>"
        }
    }

    private mutating func appendItems(
        _ open: String, _ items: [Value], _ close: String, to result: inout String
    ) throws(TemplateError) {
        result += open
        var isFirst = true
        for item in items {
            if !isFirst { result += ", " }
            isFirst = false
            try appendRepr(item, to: &result)
        }
        result += close
    }

    private mutating func appendDict(_ mapping: Mapping, to result: inout String) throws(TemplateError) {
        result += "{"
        for index in 0..<mapping.count {
            if index > 0 { result += ", " }
            try appendRepr(mapping.keys[index], to: &result)
            result += ": "
            try appendRepr(mapping.values[index], to: &result)
        }
        result += "}"
    }

    /// A string in quotes with escapes, as Python shows it.
    static func quoted(_ text: Text) -> String {
        let usesDouble =
            text.string.utf8.contains(UInt8(ascii: "'")) && !text.string.utf8.contains(UInt8(ascii: "\""))
        let quote: Unicode.Scalar = usesDouble ? "\"" : "'"
        var result = String.UnicodeScalarView([quote])
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case quote, "\\": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: ["\\", "n"])
            case "\r": result.append(contentsOf: ["\\", "r"])
            case "\t": result.append(contentsOf: ["\\", "t"])
            default:
                if TextCase.isPrintable(scalar) {
                    result.append(scalar)
                } else {
                    result.append(contentsOf: escaped(scalar).unicodeScalars)
                }
            }
        }
        result.append(quote)
        return String(result)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
    }

    /// Replaces the characters that HTML gives a meaning.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // MARK: - JSON

    /// Converts a value to JSON as Python's `json` does; keys are sorted before they become strings.
    ///
    /// - Parameter layout: The bytes that an element adds, and those for each level, counted before they
    ///   are written.
    mutating func json(
        _ value: Value, sortsKeys: Bool, layout: (element: Int, level: Int), level: Int = 1
    ) throws(TemplateError) -> JSONValue {
        switch value {
        case .none: return .null
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .integer(number)
        case .wide(let number): return .wideInteger(number)
        case .float(let number): return .number(number)
        case .string(let text):
            try charge(bytes: text.size)
            return .string(text.string)
        case .list(let elements), .tuple(let elements):
            try enter()
            var items: [JSONValue] = []
            items.reserveCapacity(elements.items.count)
            for item in elements.items {
                try charge(bytes: layout.element + layout.level * level)
                items.append(try json(item, sortsKeys: sortsKeys, layout: layout, level: level + 1))
            }
            leave()
            return .array(items)
        case .dict(let mapping):
            try enter()
            var members: [(String, JSONValue)] = []
            var places = mapping.keys.indices.map { Value.int($0) }
            if sortsKeys { places = try sort(places, keys: mapping.keys, isReversed: false) }
            for place in places.compactMap(\.integer) {
                try charge(bytes: layout.element + layout.level * level)
                let value = try json(
                    mapping.values[place], sortsKeys: sortsKeys, layout: layout, level: level + 1)
                members.append((try jsonKey(mapping.keys[place]), value))
            }
            leave()
            return .object(JSONObject(members))
        default:
            throw .runtime("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private mutating func jsonKey(_ key: Value) throws(TemplateError) -> String {
        switch key {
        case .string(let text): return text.string
        case .none: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int, .wide, .float: return try repr(key)
        default:
            throw .runtime("keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }
}
