// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A flag of the command line, and what becomes of it.
package struct FlagEntry: Sendable {
    /// What stands behind the flag's name.
    package enum Value: Sendable, Hashable {
        /// Nothing: `--x` or `--no-x`.
        case boolean
        /// A whole number, with a suffix if need be: `4k`, `2M`, `1GiB`.
        case integer
        /// Any one value: text, a number with a fraction, JSON.
        case text
        /// Values up to the next flag.
        case list
        /// One value; the flag may come again.
        case repeated
    }

    /// What becomes of the flag.
    package enum Support: Sendable, Hashable {
        /// It does what its name says.
        case built
        /// Every value is accepted, for the reason given: there is nothing to change.
        case satisfied(String)
        /// These values are accepted, for they ask for what happens anyway; others are refused with what is missing.
        case neutral([String], missing: String)
    }

    /// The long name with its dashes, then others that mean the same.
    package let names: [String]
    package let value: Value
    package let support: Support
    /// True where the value is a JSON object whose members may be flags of their own: `--x.a.b 1` for `{"a": {"b": 1}}`.
    package var isObject = false

    /// The long name with its dashes.
    package var name: String { names.first ?? "" }

    /// A flag that does what its name says.
    package static func built(_ names: String..., value: Value = .text) -> FlagEntry {
        FlagEntry(names: names, value: value, support: .built)
    }

    /// A flag that does what its name says, whose value is a JSON object.
    package static func object(_ names: String...) -> FlagEntry {
        FlagEntry(names: names, value: .text, support: .built, isObject: true)
    }

    /// A flag that changes nothing, for the reason given.
    package static func satisfied(_ names: String..., value: Value = .text, because reason: String)
        -> FlagEntry
    {
        FlagEntry(names: names, value: value, support: .satisfied(reason))
    }

    /// A flag that only the values given do not ask too much of.
    package static func neutral(
        _ names: String..., value: Value = .text, only values: [String] = [], missing: String
    ) -> FlagEntry {
        FlagEntry(names: names, value: value, support: .neutral(values, missing: missing))
    }

    /// A switch that must stay off.
    package static func off(_ names: String..., missing: String) -> FlagEntry {
        FlagEntry(names: names, value: .boolean, support: .neutral(["false"], missing: missing))
    }
}
