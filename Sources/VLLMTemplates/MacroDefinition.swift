// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A macro, or the body of a call block.
final class MacroDefinition: Sendable {
    let name: String
    let symbol: Int
    let parameters: [(symbol: Int, name: Text, fallback: Expression?)]
    let body: Body
    let line: Int
    /// Symbols of the special variables, or nil if the body does not mention them.
    let caller: Int?
    let keywords: Int?
    let rest: Int?

    init(
        name: String, symbol: Int, parameters: [(symbol: Int, name: Text, fallback: Expression?)],
        body: Body, line: Int, caller: Int?, keywords: Int?, rest: Int?
    ) {
        self.name = name
        self.symbol = symbol
        self.parameters = parameters
        self.body = body
        self.line = line
        self.caller = caller
        self.keywords = keywords
        self.rest = rest
    }
}
