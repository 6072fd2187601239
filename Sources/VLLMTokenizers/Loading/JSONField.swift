// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// A JSON value that knows where in the file it is.
struct JSONField {
    let value: JSONValue
    let path: String

    init(_ value: JSONValue, _ path: String) {
        self.value = value
        self.path = path
    }

    private func path(_ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    private func failure(_ key: String, _ expected: String) -> TokenizerError {
        TokenizerError(
            path(key), "the value is missing or of the wrong kind", expected: expected,
            found: value[key]?.kindName ?? "nothing")
    }

    /// A member that must be there.
    func member(_ key: String) throws(TokenizerError) -> JSONField {
        guard let member = optional(key) else { throw failure(key, "a value") }
        return member
    }

    /// A member, or nil if it is absent or null.
    func optional(_ key: String) -> JSONField? {
        guard let member = value[key], !member.isNull else { return nil }
        return JSONField(member, path(key))
    }

    /// The elements of an array; none if it is absent or null.
    func elements(_ key: String) throws(TokenizerError) -> [JSONField] {
        guard let member = optional(key) else { return [] }
        guard let elements = member.value.arrayValue else { throw failure(key, "an array") }
        return elements.enumerated().map { JSONField($1, "\(path(key))[\($0)]") }
    }

    /// A string that must be there.
    func string(_ key: String) throws(TokenizerError) -> String {
        guard let text = value[key]?.stringValue else { throw failure(key, "a string") }
        return text
    }

    /// A string, or a default if it is absent.
    func string(_ key: String, default text: String) throws(TokenizerError) -> String {
        try optionalString(key) ?? text
    }

    /// A string, or nil if it is absent or null.
    func optionalString(_ key: String) throws(TokenizerError) -> String? {
        guard let member = optional(key) else { return nil }
        guard let text = member.value.stringValue else { throw failure(key, "a string") }
        return text
    }

    /// A string of one character.
    func scalar(_ key: String, default scalar: Unicode.Scalar? = nil) throws(TokenizerError) -> Unicode.Scalar
    {
        if let scalar, optional(key) == nil { return scalar }
        let scalars = try string(key).unicodeScalars
        guard scalars.count == 1, let first = scalars.first else { throw failure(key, "one character") }
        return first
    }

    /// A Boolean, or a default if it is absent or null.
    func bool(_ key: String, default bool: Bool) throws(TokenizerError) -> Bool {
        guard let member = optional(key) else { return bool }
        guard let value = member.value.boolValue else { throw failure(key, "a Boolean") }
        return value
    }

    /// A number from 0, or a default if it is absent.
    func count(_ key: String, default count: Int) throws(TokenizerError) -> Int {
        guard let member = optional(key) else { return count }
        guard let value = member.value.intValue, value >= 0 else { throw failure(key, "a number from 0") }
        return value
    }

    /// The error for a stage that is not known.
    func unsupported(_ what: String, _ type: String) -> TokenizerError {
        TokenizerError(path, "the \(what) is not supported", found: type)
    }

    /// A `pattern` or the like: `{"String": ...}` or `{"Regex": ...}`.
    func pattern(_ key: String) throws(TokenizerError) -> TextPattern {
        let field = try member(key)
        if let text = try field.optionalString("String") { return .string(text) }
        if let text = try field.optionalString("Regex") { return .regex(text) }
        throw failure(key, "String or Regex")
    }

    /// A `behavior`.
    func behavior(_ key: String, default behavior: SplitBehavior?) throws(TokenizerError) -> SplitBehavior {
        if let behavior, optional(key) == nil { return behavior }
        switch try string(key) {
        case "Removed": return .removed
        case "Isolated": return .isolated
        case "MergedWithPrevious": return .mergedWithPrevious
        case "MergedWithNext": return .mergedWithNext
        case "Contiguous": return .contiguous
        default: throw failure(key, "a split behavior")
        }
    }

    /// A Metaspace's `prepend_scheme`, or what older files have in its place.
    func prependScheme() throws(TokenizerError) -> PrependScheme {
        guard let scheme = try optionalString("prepend_scheme") else {
            return try bool("add_prefix_space", default: true) ? .always : .never
        }
        switch scheme {
        case "always": return .always
        case "first": return .first
        case "never": return .never
        default: throw failure("prepend_scheme", "always, first or never")
        }
    }
}
