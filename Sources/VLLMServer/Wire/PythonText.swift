// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Writes values as Python's `repr` does, for messages that clients compare.
enum PythonText {
    /// Values longer than this are left out of messages.
    private static let maximumLength = 120

    /// The value, or nil where it is long.
    static func short(_ value: JSONValue) -> String? {
        switch value {
        case .array(let elements) where elements.count > 16: return nil
        case .object(let object) where object.count > 16: return nil
        case .string(let text) where text.utf8.count > maximumLength: return nil
        default: break
        }
        let text = repr(value, depth: 3)
        return text.utf8.count > maximumLength ? nil : text
    }

    /// The value as Python writes it; what is nested deeper than `depth` is left out.
    static func repr(_ value: JSONValue, depth: Int = 8) -> String {
        switch value {
        case .null: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .integer(let value): return String(value)
        case .wideInteger(let value): return String(value)
        case .number(let value): return PythonFloat.repr(value)
        case .string(let text): return quote(text)
        case .array(let elements):
            guard depth > 0 else { return "[...]" }
            return "[" + elements.prefix(64).map { repr($0, depth: depth - 1) }.joined(separator: ", ") + "]"
        case .object(let object):
            guard depth > 0 else { return "{...}" }
            let members = object.prefix(64).map { quote($0.key) + ": " + repr($0.value, depth: depth - 1) }
            return "{" + members.joined(separator: ", ") + "}"
        }
    }

    private static func quote(_ text: String) -> String {
        let mark: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var result = String(mark)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case mark: result += "\\" + String(mark)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + String(mark)
    }
}
