// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Takes each word for a token.
struct WordLevelEncoder: TokenEncoder {
    let tokens: TokenTable
    private let unknownID: Int32

    /// Compiles a description.
    init(_ definition: WordLevelDefinition) throws(TokenizerError) {
        let list = definition.vocabulary
        tokens = TokenTable(list, idCount: try BytePairEncoder.idCount(list))
        unknownID = try tokens.unknownID(of: definition.unknownToken)
    }

    func encodeAnew(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        ids.append(tokens.id(text, word) ?? unknownID)
    }
}
