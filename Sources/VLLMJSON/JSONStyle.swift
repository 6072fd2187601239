// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How a writer lays out JSON text.
public struct JSONStyle: Sendable, Hashable {
    /// What stands between elements and between members.
    public var itemSeparator: String
    /// What stands between a key and its value.
    public var keySeparator: String
    /// What is repeated for each level of nesting, or nil for everything on one line.
    public var indent: String?
    /// Whether characters beyond ASCII are written as escapes.
    public var ensuresASCII: Bool
    /// Whether members are written in the order of their keys' code points.
    public var sortsKeys: Bool
    /// Whether numbers that are not finite are written as Python does (`NaN`, `Infinity`), not as `null`.
    public var writesNonFinite: Bool

    /// No white space at all, UTF-8: what goes over the wire.
    public static let compact = JSONStyle(
        itemSeparator: ",", keySeparator: ":", ensuresASCII: false, writesNonFinite: false)

    /// Creates a style; the defaults are those of Python's `json.dumps`.
    ///
    /// Without `itemSeparator` it is `", "`, or `","` when there is an indent.
    public init(
        itemSeparator: String? = nil, keySeparator: String = ": ", indent: String? = nil,
        ensuresASCII: Bool = true, sortsKeys: Bool = false, writesNonFinite: Bool = true
    ) {
        self.itemSeparator = itemSeparator ?? (indent == nil ? ", " : ",")
        self.keySeparator = keySeparator
        self.indent = indent
        self.ensuresASCII = ensuresASCII
        self.sortsKeys = sortsKeys
        self.writesNonFinite = writesNonFinite
    }

    /// The style of Python's `json.dumps(value, ensure_ascii=…, indent=…, sort_keys=…)`.
    public static func python(
        ensuresASCII: Bool = true, indent: Int? = nil, sortsKeys: Bool = false
    ) -> JSONStyle {
        JSONStyle(
            indent: indent.map { String(repeating: " ", count: max(0, $0)) }, ensuresASCII: ensuresASCII,
            sortsKeys: sortsKeys)
    }
}
