// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON

/// What a GGUF file says besides its tensors.
package struct GGUFMetadata: Sendable {
    /// What messages call the file.
    package let file: String
    /// All values but long lists and lists of texts, in the file's order.
    package let values: JSONObject
    private let arrays: [String: GGUFArray]

    /// Lists up to this length may say something of each layer; longer ones are a vocabulary's.
    private static let maximumListLength = 4096

    /// Reads so many keys and values.
    init(_ cursor: inout GGUFCursor, count: Int) throws(CheckpointError) {
        var values = JSONObject()
        var arrays: [String: GGUFArray] = [:]
        for index in 0..<count {
            let key = try cursor.text("key \(index) of the metadata")
            guard values[key] == nil, arrays[key] == nil else {
                throw cursor.error("has the key '\(key)' twice.")
            }
            let number = try cursor.number(UInt32.self, "the value of '\(key)'")
            guard let type = GGUFValueType(rawValue: number) else {
                throw cursor.error("key '\(key)' has the unknown type \(number); there are 0…12.")
            }
            guard type == .array else {
                values[key] = try Self.scalar(&cursor, type, key)
                continue
            }
            let array = try GGUFArray(&cursor, key: key)
            arrays[key] = array
            if array.count <= Self.maximumListLength, let list = Self.list(array) {
                values[key] = .array(list)
            }
        }
        (file, self.values, self.arrays) = (cursor.file.name, values, arrays)
    }

    /// Reads the values with checks of kind and range; messages name the file and the key.
    package var reader: ConfigReader { ConfigReader(values, file: file) }

    /// A list, or nil where the key is missing.
    package func array(_ key: String) -> GGUFArray? { arrays[key] }

    /// A list of texts, or nil where the key is missing.
    package func strings(_ key: String) throws(CheckpointError) -> [String]? {
        try list(key, "texts", \.strings)
    }

    /// A list of whole numbers, or nil where the key is missing.
    package func integers(_ key: String) throws(CheckpointError) -> [Int]? {
        try list(key, "whole numbers", \.integers)
    }

    /// A list of numbers, or nil where the key is missing.
    package func floats(_ key: String) throws(CheckpointError) -> [Float]? {
        try list(key, "numbers", \.floats)
    }

    private func list<Element>(
        _ key: String, _ kind: String, _ elements: (GGUFArray) -> [Element]?
    ) throws(CheckpointError) -> [Element]? {
        guard let array = arrays[key] else {
            guard let value = values[key] else { return nil }
            throw CheckpointError(file, "'\(key)' should be a list of \(kind), is \(value.kindName).")
        }
        guard let list = elements(array) else {
            throw CheckpointError(file, "'\(key)' should be a list of \(kind), holds \(array.type).")
        }
        return list
    }

    private static func list(_ array: GGUFArray) -> [JSONValue]? {
        switch array.type {
        case .float32, .float64: array.floats?.map { .number(Double($0)) }
        case .bool: array.integers?.map { .bool($0 != 0) }
        default: array.integers?.map { .integer($0) }
        }
    }

    private static func scalar(
        _ cursor: inout GGUFCursor, _ type: GGUFValueType, _ key: String
    ) throws(CheckpointError) -> JSONValue {
        func integer<Number: FixedWidthInteger & BitwiseCopyable>(
            _: Number.Type
        ) throws(CheckpointError) -> JSONValue {
            let value = try cursor.number(Number.self, "the value of '\(key)'")
            return Int(exactly: value).map { .integer($0) } ?? .number(Double(value))
        }
        switch type {
        case .uint8: return try integer(UInt8.self)
        case .int8: return try integer(Int8.self)
        case .uint16: return try integer(UInt16.self)
        case .int16: return try integer(Int16.self)
        case .uint32: return try integer(UInt32.self)
        case .int32: return try integer(Int32.self)
        case .uint64: return try integer(UInt64.self)
        case .int64: return try integer(Int64.self)
        case .float32: return .number(Double(try cursor.number(Float.self, "the value of '\(key)'")))
        case .float64: return .number(try cursor.number(Double.self, "the value of '\(key)'"))
        case .bool: return .bool(try cursor.number(UInt8.self, "the value of '\(key)'") != 0)
        case .string: return .string(try cursor.text("the text of '\(key)'"))
        case .array: throw cursor.error("key '\(key)' has a list where one value is wanted.")
        }
    }
}
