// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Names the general categories in the order in which the generated tables number them.
enum GeneralCategory {
    /// The two-letter names; a name's position is its number.
    static let names = [
        "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi",
        "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
    ]

    /// Whether the category is one that `name` stands for: `L`, `Lu`, `L&` and so on.
    static func matches(_ category: UInt8, name: String) -> Bool {
        let own = names[Int(category)]
        if name == "L&" || name == "LC" { return own == "Lu" || own == "Ll" || own == "Lt" }
        return name.utf8.count == 1 ? own.hasPrefix(name) : own == name
    }
}
