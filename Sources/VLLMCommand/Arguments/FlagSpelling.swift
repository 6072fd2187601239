// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// An argument that starts with a dash, taken apart: `--structured_outputs-config.backend=x`.
struct FlagSpelling {
    /// The flag's name with its dashes, `_` written as `-`.
    let name: String
    /// The keys behind the name with their dots, for flags whose value is JSON.
    var path = ""
    /// What stands behind the `=`.
    let value: String?
    /// False where the name had a `no-` in front.
    var isPositive = true

    /// Takes an argument apart.
    init(_ argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first ?? ""
        value = parts.count == 2 ? String(parts[1]) : nil
        let dot = name.firstIndex(of: ".") ?? name.endIndex
        path = String(name[dot...])
        self.name =
            name[..<dot].hasPrefix("--")
            ? String(name[..<dot].map { $0 == "_" ? "-" : $0 }) : String(name[..<dot])
    }

    private init(name: String, path: String = "", value: String?, isPositive: Bool) {
        self.name = name
        self.path = path
        self.value = value
        self.isPositive = isPositive
    }

    /// The same without `no-`, or nil where there is none.
    var positive: FlagSpelling? {
        guard name.hasPrefix("--no-") else { return nil }
        return FlagSpelling(name: "--\(name.dropFirst(5))", path: path, value: value, isPositive: false)
    }

    /// A short flag with a number right behind it, as in `-O3`, or nil.
    var attached: FlagSpelling? {
        guard value == nil, !name.hasPrefix("--"), name.utf8.count > 2 else { return nil }
        let number = name.dropFirst(2)
        guard number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return FlagSpelling(name: String(name.prefix(2)), value: String(number), isPositive: true)
    }
}
