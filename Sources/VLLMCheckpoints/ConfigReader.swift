// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMJSON

/// Reads config.json leniently, for unknown keys are ignored, and checks what is read strictly.
///
/// It remembers which keys were asked for, so that those that a family should have asked for show.
public struct ConfigReader {
    /// The object that is read.
    public let object: JSONObject
    /// What messages call the file.
    public let file: String
    private let record: KeyRecord

    /// Creates a reader.
    public init(_ object: JSONObject, file: String) { self.init(object, file: file, record: KeyRecord()) }

    private init(_ object: JSONObject, file: String, record: KeyRecord) {
        self.object = object
        self.file = file
        self.record = record
    }

    private func value(_ key: String) -> JSONValue? {
        record.insert(key)
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// Creates the error of a key.
    public func error(_ key: String, _ what: String) -> CheckpointError {
        CheckpointError(file, "'\(key)' \(what).")
    }

    /// A whole number within a range; the default where the key is missing or null.
    public func int(
        _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
    ) throws(CheckpointError) -> Int {
        guard let value = value(key) else {
            guard let fallback else { throw error(key, "is missing") }
            return fallback
        }
        guard let number = value.intValue, range.contains(number) else {
            throw error(
                key,
                "should be a whole number in \(range.lowerBound)…\(range.upperBound), is \(Self.show(value))")
        }
        return number
    }

    /// A finite number; the default where the key is missing or null.
    public func double(_ key: String, default fallback: Double? = nil) throws(CheckpointError) -> Double {
        guard let value = value(key) else {
            guard let fallback else { throw error(key, "is missing") }
            return fallback
        }
        guard let number = value.doubleValue, number.isFinite else {
            throw error(key, "should be a finite number, is \(Self.show(value))")
        }
        return number
    }

    /// A truth value; the default where the key is missing or null.
    public func bool(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        guard let value = value(key) else { return fallback }
        guard let truth = value.boolValue else {
            throw error(key, "should be true or false, is \(Self.show(value))")
        }
        return truth
    }

    /// A text, or nil where the key is missing or null.
    public func string(_ key: String) throws(CheckpointError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.stringValue else {
            throw error(key, "should be a text, is \(Self.show(value))")
        }
        return text
    }

    /// An object, or nil where the key is missing or null.
    public func nested(_ key: String) throws(CheckpointError) -> ConfigReader? {
        guard let value = value(key) else { return nil }
        guard let object = value.objectValue else {
            throw error(key, "should be an object, is \(Self.show(value))")
        }
        return ConfigReader(object, file: "\(file), \(key)", record: record.nested(key))
    }

    /// A list of texts, or nil where the key is missing or null.
    public func strings(_ key: String) throws(CheckpointError) -> [String]? {
        guard let value = value(key) else { return nil }
        guard let elements = value.arrayValue, case let texts = elements.compactMap(\.stringValue),
            texts.count == elements.count
        else { throw error(key, "should be a list of texts, is \(Self.show(value))") }
        return texts
    }

    /// A list as it stands, or nil where the key is missing or something else.
    package func list(_ key: String) -> [JSONValue]? { value(key)?.arrayValue }

    /// Numbers, or nil where the key is missing or null.
    public func doubles(_ key: String) throws(CheckpointError) -> [Double]? {
        guard let value = value(key) else { return nil }
        guard let list = value.arrayValue else {
            throw error(key, "should be a list, is \(Self.show(value))")
        }
        var numbers: [Double] = []
        for element in list {
            guard let number = element.doubleValue, number.isFinite else {
                throw error(key, "should be a list of finite numbers, holds \(Self.show(element))")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The same object with values for keys that it does not have; a key that is null keeps that.
    public func withDefaults(_ defaults: JSONObject) -> ConfigReader {
        var object = object
        for (key, value) in defaults where !object.contains(key) { object[key] = value }
        return ConfigReader(object, file: file, record: record)
    }

    /// True where a key was asked for, whether it was there or not.
    package func hasRead(_ key: String) -> Bool { record.contains(key) }

    /// The keys that were asked for.
    var readKeys: Set<String> { record.all }

    /// Refuses a key that changes the mathematics unless it has one of the values that do not.
    public func require(_ key: String, oneOf values: [JSONValue]) throws(CheckpointError) {
        guard let value = value(key), !values.contains(value) else { return }
        throw error(key, "is \(Self.show(value)), which is not supported for this architecture")
    }

    /// A value as messages show it.
    package static func show(_ value: JSONValue) -> String {
        // Metadata of GGUF may have numbers that JSON has not.
        if let number = value.doubleValue, !number.isFinite { return "\(number)" }
        // JSON has no word for it: a number such as 1e999 was read as this.
        if case .number(let number) = value, !number.isFinite { return "\(number)" }
        let text = JSONWriter().string(value)
        return text.count > 60 ? "\(text.prefix(60))…" : text
    }
}
