// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Flags in a YAML file: a mapping of their names, with `-` or `_` and without the leading dashes, to their values.
package struct ConfigFile: Sendable {
    /// One flag.
    package struct Entry: Sendable, Hashable {
        /// The flag's name as the file has it.
        package var key: String
        /// Its values; JSON where the value is a mapping.
        package var values: [String]
        /// The line, from 1.
        package var line: Int
    }

    private static let sizeLimit = 1 << 20

    /// What messages call it.
    package let name: String
    /// The flags in the file's order; those without a value are left out.
    package let entries: [Entry]

    /// Reads a file.
    package init(path: String) throws(UsageError) {
        try self.init(try InputFile.bytes(of: path, flag: "--config"), name: path)
    }

    /// Reads the bytes of a file.
    package init(_ bytes: [UInt8], name: String) throws(UsageError) {
        guard bytes.count <= Self.sizeLimit else {
            throw UsageError("--config: '\(name)' has more than \(Quantity.bytes(Self.sizeLimit)).")
        }
        self.name = name
        let root: YAMLNode
        do throws(YAMLError) {
            root = try YAMLParser.parse(bytes)
        } catch {
            throw UsageError("--config: '\(name)', \(error)")
        }
        guard case .mapping(let pairs) = root else {
            throw UsageError("--config: '\(name)' should hold flags as 'name: value'.")
        }
        entries = pairs.compactMap { pair in
            let values = Self.values(of: pair.value)
            return values.isEmpty ? nil : Entry(key: pair.key, values: values, line: pair.line)
        }
    }

    private static func values(of node: YAMLNode) -> [String] {
        switch node {
        case .scalar(let text, let isPlain):
            isPlain && ["", "~", "null", "Null", "NULL"].contains(text) ? [] : [text]
        case .sequence(let nodes): nodes.flatMap(values)
        case .mapping: [JSONWriter().string(json(of: node))]
        }
    }

    private static func json(of node: YAMLNode) -> JSONValue {
        switch node {
        case .scalar(let text, let isPlain):
            guard isPlain else { return .string(text) }
            if text == "~" || text.isEmpty { return .null }
            let parsed = try? JSONParser.parse(Array(text.utf8))
            switch parsed {
            case .integer, .wideInteger, .number, .bool, .null: return parsed ?? .null
            default: return .string(text)
            }
        case .sequence(let nodes): return .array(nodes.map(json))
        case .mapping(let pairs):
            var object = JSONObject()
            for pair in pairs { object[pair.key] = json(of: pair.value) }
            return .object(object)
        }
    }
}
