// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes values as JSON text in UTF-8.
///
/// Numbers are the shortest that read back the same, formatted as Python does. Nesting is written by
/// recursion: a value built by hand must not be nested deeper than some thousand levels.
public struct JSONWriter: Sendable {
    /// The layout.
    public let style: JSONStyle

    /// Creates a writer.
    public init(style: JSONStyle = .compact) {
        self.style = style
    }

    /// Appends a value to bytes.
    public func write(_ value: JSONValue, into output: inout [UInt8]) {
        write(value, level: 0, into: &output)
    }

    /// Appends an object to bytes.
    public func write(_ object: JSONObject, into output: inout [UInt8]) {
        write(object, level: 0, into: &output)
    }

    /// The bytes of a value.
    public func bytes(_ value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        write(value, into: &output)
        return output
    }

    /// The text of a value.
    public func string(_ value: JSONValue) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    private func write(_ value: JSONValue, level: Int, into output: inout [UInt8]) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): Self.write(value, into: &output)
        case .wideInteger(let value): output.append(contentsOf: String(value).utf8)
        case .number(let value): write(value, into: &output)
        case .string(let value): Self.write(value, ensuresASCII: style.ensuresASCII, into: &output)
        case .array(let elements): write(elements, level: level, into: &output)
        case .object(let object): write(object, level: level, into: &output)
        }
    }

    /// Appends the decimal digits of an integer.
    public static func write(_ value: Int, into output: inout [UInt8]) {
        if (0...9).contains(value) {
            output.append(UInt8(ascii: "0") + UInt8(value))
        } else {
            output.append(contentsOf: String(value).utf8)
        }
    }

    private func write(_ value: Double, into output: inout [UInt8]) {
        if value.isFinite {
            output.append(contentsOf: PythonFloat.repr(value).utf8)
        } else if !style.writesNonFinite {
            output.append(contentsOf: "null".utf8)
        } else {
            let name = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
            output.append(contentsOf: name.utf8)
        }
    }

    private func write(_ elements: [JSONValue], level: Int, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            separate(&isFirst, level: level + 1, into: &output)
            write(element, level: level + 1, into: &output)
        }
        if !isFirst { breakLine(level, into: &output) }
        output.append(UInt8(ascii: "]"))
    }

    private func write(_ object: JSONObject, level: Int, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        if style.sortsKeys {
            // The order of UTF-8 bytes is the order of code points.
            for entry in object.entries.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                write(entry.key, entry.value, &isFirst, level: level + 1, into: &output)
            }
        } else {
            for entry in object.entries {
                write(entry.key, entry.value, &isFirst, level: level + 1, into: &output)
            }
        }
        if !isFirst { breakLine(level, into: &output) }
        output.append(UInt8(ascii: "}"))
    }

    private func write(
        _ key: String, _ value: JSONValue, _ isFirst: inout Bool, level: Int, into output: inout [UInt8]
    ) {
        separate(&isFirst, level: level, into: &output)
        Self.write(key, ensuresASCII: style.ensuresASCII, into: &output)
        output.append(contentsOf: style.keySeparator.utf8)
        write(value, level: level, into: &output)
    }

    private func separate(_ isFirst: inout Bool, level: Int, into output: inout [UInt8]) {
        if !isFirst { output.append(contentsOf: style.itemSeparator.utf8) }
        isFirst = false
        breakLine(level, into: &output)
    }

    private func breakLine(_ level: Int, into output: inout [UInt8]) {
        guard let indent = style.indent else { return }
        output.append(UInt8(ascii: "\n"))
        for _ in 0..<level { output.append(contentsOf: indent.utf8) }
    }
}
