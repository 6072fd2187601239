// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The names of a template's variables, numbered in the order in which they are met.
struct SymbolTable: Sendable {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    /// The number of a name.
    mutating func intern(_ name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }

    /// The number of a name, or nil if the template does not mention it.
    func number(of name: String) -> Int? { numbers[name] }
}
