// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Characters that tokens are made of but that are no tokens themselves.
///
/// While a word is merged they have symbols behind those of all ids.
struct HiddenSymbols: Sendable {
    /// The symbol of the first one: the number of ids.
    let first: Int
    private var numbers: [UInt32: Int] = [:]
    /// The characters by number.
    private var characters: [UInt32] = []

    /// Creates an empty set.
    init(first: Int) {
        self.first = first
    }

    /// Whether there are none.
    var isEmpty: Bool { characters.isEmpty }

    /// The symbol of a character, made if there is none.
    mutating func insert(_ character: UInt32) -> UInt32 {
        if let symbol = symbol(of: character) { return symbol }
        numbers[character] = characters.count
        characters.append(character)
        return UInt32(first + characters.count - 1)
    }

    /// The symbol of a character, or nil.
    func symbol(of character: UInt32) -> UInt32? {
        numbers[character].map { UInt32(first + $0) }
    }

    /// The character of a symbol, or nil if it is an id.
    @inline(__always)
    func character(of symbol: Int32) -> UInt32? {
        Int(symbol) < first ? nil : characters[Int(symbol) - first]
    }
}
