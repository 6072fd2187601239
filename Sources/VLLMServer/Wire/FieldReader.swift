// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Reads members of a request's body, as leniently as vLLM does and no more.
///
/// A member that is null counts as absent. Numbers in strings are numbers, 1 and 0 are Booleans.
struct FieldReader {
    /// The members.
    let object: JSONObject
    /// Where the object stands in the body.
    var place: [ValidationError.Place] = []

    /// A member that is there and not null.
    subscript(name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    func int(_ name: String) throws(APIError) -> Int? {
        guard let value = self[name] else { return nil }
        return try Self.int(value, place + [.key(name)])
    }

    func double(_ name: String) throws(APIError) -> Double? {
        guard let value = self[name] else { return nil }
        return try Self.double(value, place + [.key(name)])
    }

    func bool(_ name: String) throws(APIError) -> Bool? {
        guard let value = self[name] else { return nil }
        switch value {
        case .bool(let value): return value
        case .integer(0): return false
        case .integer(1): return true
        case .string(let text):
            if ["true", "yes", "on", "1", "t", "y"].contains(text.lowercased()) { return true }
            if ["false", "no", "off", "0", "f", "n"].contains(text.lowercased()) { return false }
            throw error(
                name, "bool_parsing", "Input should be a valid boolean, unable to interpret input", value)
        default: throw error(name, "bool_type", "Input should be a valid boolean", value)
        }
    }

    func string(_ name: String) throws(APIError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue else {
            throw error(name, "string_type", "Input should be a valid string", value)
        }
        return text
    }

    func object(_ name: String) throws(APIError) -> JSONObject? {
        guard let value = self[name] else { return nil }
        guard let object = value.objectValue else {
            throw error(name, "dict_type", "Input should be a valid dictionary", value)
        }
        return object
    }

    /// An object that goes on as JSON, which has no word for NaN and infinities.
    func finiteObject(_ name: String) throws(APIError) -> JSONObject? {
        let object = try object(name)
        if let object { try Self.checkFinite(.object(object), name, parameter: name) }
        return object
    }

    /// Refuses the first number in a value that is none, or beyond the range of a double.
    static func checkFinite(_ value: JSONValue, _ place: String, parameter: String) throws(APIError) {
        switch value {
        case .number(let number) where !number.isFinite:
            throw .badRequest("\(place.prefix(200)) must be a finite number.", parameter: parameter)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try checkFinite(element, "\(place)[\(index)]", parameter: parameter)
            }
        case .object(let object):
            for (key, member) in object { try checkFinite(member, "\(place).\(key)", parameter: parameter) }
        default: break
        }
    }

    func array(_ name: String) throws(APIError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard let elements = value.arrayValue else {
            throw error(name, "list_type", "Input should be a valid list", value)
        }
        return elements
    }

    func ints(_ name: String) throws(APIError) -> [Int]? {
        guard let elements = try array(name) else { return nil }
        var result: [Int] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            result.append(try Self.int(element, place + [.key(name), .index(index)]))
        }
        return result
    }

    func strings(_ name: String) throws(APIError) -> [String]? {
        guard let elements = try array(name) else { return nil }
        var result: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else {
                throw ValidationError(
                    type: "string_type", place: place + [.key(name), .index(index)],
                    message: "Input should be a valid string", input: element
                ).apiError
            }
            result.append(text)
        }
        return result
    }

    /// Token ids, which must fit 32 bits; whether they are in the vocabulary is checked where that is known.
    func tokenIDs(_ name: String) throws(APIError) -> [Int32]? {
        guard let values = try ints(name) else { return nil }
        return try Self.tokenIDs(values, name)
    }

    static func tokenIDs(_ values: [Int], _ name: String) throws(APIError) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(values.count)
        for value in values {
            guard let token = Int32(exactly: value) else {
                throw .badRequest("Token id \(value) is out of vocabulary", parameter: name)
            }
            result.append(token)
        }
        return result
    }

    /// The error of a member that must be there.
    func missing(_ name: String) -> APIError {
        ValidationError(
            type: "missing", place: place + [.key(name)], message: "Field required", input: .object(object)
        ).apiError
    }

    func error(_ name: String, _ type: String, _ message: String, _ value: JSONValue) -> APIError {
        ValidationError(type: type, place: place + [.key(name)], message: message, input: value).apiError
    }

    static func int(_ value: JSONValue, _ place: [ValidationError.Place]) throws(APIError) -> Int {
        func error(_ type: String, _ more: String) -> APIError {
            ValidationError(
                type: type, place: place, message: "Input should be a valid integer" + more, input: value
            ).apiError
        }
        switch value {
        case .integer(let value): return value
        case .wideInteger: throw error("int_parsing_size", ", exceeds 64 bits")
        case .bool(let value): return value ? 1 : 0
        case .number(let number):
            if let integer = Int(exactly: number) { return integer }
            if !number.isFinite { throw error("finite_number", ", not an infinite one or NaN") }
            if number.magnitude >= 0x1p63 { throw error("int_parsing_size", ", exceeds 64 bits") }
            throw error("int_from_float", ", got a number with a fractional part")
        case .string(let text):
            if let integer = Int(text) { return integer }
            throw error("int_parsing", ", unable to parse string as an integer")
        default: throw error("int_type", "")
        }
    }

    static func double(_ value: JSONValue, _ place: [ValidationError.Place]) throws(APIError) -> Double {
        func error(_ type: String, _ more: String) -> APIError {
            ValidationError(
                type: type, place: place, message: "Input should be a valid number" + more, input: value
            ).apiError
        }
        switch value {
        case .integer(let value): return Double(value)
        case .bool(let value): return value ? 1 : 0
        case .wideInteger(let value): return Double(value)
        case .number(let number): return number
        case .string(let text):
            if let number = Double(text) { return number }
            throw error("float_parsing", ", unable to parse string as a number")
        default: throw error("float_type", "")
        }
    }
}
