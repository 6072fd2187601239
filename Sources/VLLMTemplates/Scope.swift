// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The variables of a block of statements.
final class Scope {
    let parent: Scope?
    /// Symbols and values; nil hides the variable of the same name outside.
    private var variables: [(symbol: Int, value: Value?)] = []
    /// Where symbols are, once there are more than are quickly scanned.
    private var places: [Int: Int] = [:]

    init(parent: Scope?) {
        self.parent = parent
    }

    /// The variable of this block alone: nil if there is none, else its value, which may be hidden.
    func find(_ symbol: Int) -> Value?? {
        place(of: symbol).map { variables[$0].value }
    }

    func set(_ symbol: Int, _ value: Value?) {
        if let place = place(of: symbol) {
            variables[place].value = value
            return
        }
        variables.append((symbol, value))
        if variables.count == 17 {
            for (place, variable) in variables.enumerated() { places[variable.symbol] = place }
        } else if variables.count > 17 {
            places[symbol] = variables.count - 1
        }
    }

    private func place(of symbol: Int) -> Int? {
        if variables.count > 16 { return places[symbol] }
        for index in variables.indices where variables[index].symbol == symbol { return index }
        return nil
    }

    func removeAll() {
        variables = []
        places = [:]
    }
}
