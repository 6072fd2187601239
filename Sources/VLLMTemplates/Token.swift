// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A piece of a template.
struct Token: Sendable {
    /// What a piece is.
    enum Kind: Sendable, Equatable {
        case data(String)
        case variableBegin
        case variableEnd
        case blockBegin
        case blockEnd
        case name(String)
        case string(String)
        case integer(Int128)
        case float(Double)
        case symbol(String)
        case end
    }

    let kind: Kind
    let line: Int

    /// How messages call this.
    var description: String {
        switch kind {
        case .data: "template data"
        case .variableBegin: "begin of print statement"
        case .variableEnd: "end of print statement"
        case .blockBegin: "begin of statement block"
        case .blockEnd: "end of statement block"
        case .name(let name): name
        case .string: "string"
        case .integer: "integer"
        case .float: "float"
        case .symbol(let symbol): symbol
        case .end: "end of template"
        }
    }
}
