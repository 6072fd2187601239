// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Takes the longest token from a word again and again.
struct WordPieceEncoder: TokenEncoder {
    let tokens: TokenTable
    private let trie: PrefixTrie
    /// The node under which the tokens inside words are, or `PrefixTrie.none`.
    private let continuation: UInt32
    private let unknownID: Int32
    private let maximumWordLength: Int

    /// Compiles a description.
    init(_ definition: WordPieceDefinition) throws(TokenizerError) {
        let list = definition.vocabulary
        tokens = TokenTable(list, idCount: try BytePairEncoder.idCount(list))
        // An empty token would be found without end.
        let entries = (0..<list.count).filter { !list.range($0).isEmpty }
        trie = PrefixTrie(list.bytes, entries.map { (list.range($0), list.ids[$0]) })
        continuation = trie.node(of: definition.continuingSubwordPrefix.utf8)
        unknownID = try tokens.unknownID(of: definition.unknownToken)
        maximumWordLength = definition.maximumWordLength
    }

    func encodeAnew(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        guard !isTooLong(text, word) else { return ids.append(unknownID) }
        let count = ids.count
        var position = word.lowerBound
        var node = PrefixTrie.root
        while position < word.upperBound {
            guard node != PrefixTrie.none,
                let match = trie.longest(from: node, text, position..<word.upperBound)
            else {
                ids.removeLast(ids.count - count)
                return ids.append(unknownID)
            }
            ids.append(match.value)
            position = match.end
            node = continuation
        }
    }

    /// Whether a word has more code points than are looked at.
    private func isTooLong(_ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
        guard word.count > maximumWordLength else { return false }
        return word.count { text[$0] & 0xC0 != 0x80 } > maximumWordLength
    }
}
