// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The name after a dot, with what can be known of it before any value is.
struct AttributeName: Sendable {
    let text: Text
    /// The method of a string that the name stands for.
    let stringMethod: StringMethod?
    /// Whether some type has an attribute of this name, so that it does not simply mean an item of a dict.
    let isReserved: Bool

    init(_ name: String) {
        text = Text(name)
        stringMethod = StringMethod(rawValue: name)
        isReserved = stringMethod != nil || name.hasPrefix("_") || Self.reserved.contains(name)
    }

    /// Methods and attributes of other types than strings, and those that the sandbox hides.
    private static let reserved: Set<String> = [
        "items", "keys", "values", "get", "copy", "fromkeys", "cycle", "changed", "next", "reset",
        "is_integer",
        "bit_length", "clear", "pop", "popitem", "setdefault", "update", "append", "reverse", "insert",
        "sort",
        "extend", "remove",
    ]
}
