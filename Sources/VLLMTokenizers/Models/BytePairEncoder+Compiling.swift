// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What is worked out once from a description.
extension BytePairEncoder {
    /// One more than the largest id of a vocabulary, after checking that every id can be used.
    static func idCount(_ list: TokenList) throws(TokenizerError) -> Int {
        guard list.bytes.count < Int(Int32.max) else {
            throw TokenizerError(
                "vocabulary", "the tokens are too long together", found: "\(list.bytes.count) bytes")
        }
        for id in list.ids where id < 0 || id > TokenList.maximumID {
            throw TokenizerError(
                "vocabulary", "a token has an id out of range", expected: "0...\(TokenList.maximumID)",
                found: "\(id)")
        }
        return Int((list.ids.max() ?? -1) + 1)
    }

    /// Whether every byte is a token wherever in a word it stands.
    static func hasAllBytes(_ tokens: TokenTable, _ prefix: [UInt8], _ suffix: [UInt8]) -> Bool {
        ByteLevelAlphabet.scalars.allSatisfy { scalar in
            var byte: [UInt8] = []
            byte.appendUTF8(scalar)
            return [byte, prefix + byte, byte + suffix, prefix + byte + suffix].allSatisfy {
                tokens.id($0) != nil
            }
        }
    }

    /// Finds the tokens of all merges and indexes them.
    static func mergeTable(
        _ list: MergeList, _ tokens: TokenTable, prefix: [UInt8], _ characters: inout CharacterMerges?
    ) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(capacity: list.count)
        var ranges: [Range<Int>] = []
        var ids: [Int32] = []
        let batch = 64
        for start in stride(from: 0, to: list.count, by: batch) {
            let end = min(start + batch, list.count)
            ranges.removeAll(keepingCapacity: true)
            for rank in start..<end {
                // The parts lie side by side, so the merged token is there too.
                let (whole, middle) = list.range(rank)
                ranges += [whole.lowerBound..<middle, middle..<whole.upperBound, whole]
            }
            tokens.ids(list.bytes.span, ranges, into: &ids)
            for rank in start..<end {
                let at = 3 * (rank - start)
                if !prefix.isEmpty { ids[at + 2] = mergedID(list, rank, tokens, prefix: prefix) }
                for part in at..<at + 3 where ids[part] < 0 {
                    let token = String(decoding: list.bytes[ranges[part]], as: UTF8.self)
                    throw TokenizerError(
                        "merges[\(rank)]", "the merge has a token that is not in the vocabulary",
                        found: token.debugDescription)
                }
                let left = UInt32(ids[at])
                let right = UInt32(ids[at + 1])
                table.insert(left: left, right: right, rank: UInt32(rank), merged: UInt32(ids[at + 2]))
                characters?.note(left: left, right: right, rank: UInt32(rank))
            }
        }
        return table
    }

    /// The id of what a merge makes when its right part loses the prefix of continued words, or −1.
    static func mergedID(_ list: MergeList, _ rank: Int, _ tokens: TokenTable, prefix: [UInt8]) -> Int32 {
        let (whole, middle) = list.range(rank)
        guard whole.upperBound - middle >= prefix.count else { return -1 }
        let merged =
            list.bytes[whole.lowerBound..<middle] + list.bytes[(middle + prefix.count)..<whole.upperBound]
        return tokens.id(Array(merged)) ?? -1
    }

    /// Returns the vocabulary with the bytes that tokens stand for; tokens outside the alphabet have none.
    static func byteForms(_ list: TokenList) -> TokenList {
        var forms = TokenList()
        forms.reserveCapacity(tokens: list.count, bytes: list.bytes.count)
        for entry in 0..<list.count {
            forms.append(id: list.ids[entry]) { bytes in
                _ = ByteLevelAlphabet.appendBytes(of: list.bytes.span, list.range(entry), to: &bytes)
            }
        }
        return forms
    }

    /// Notes which characters merging puts side by side; nil if the tokens of bytes merge, for these stand in the
    /// place of characters.
    static func adjacency(
        _ definition: BytePairEncodingDefinition, fallback: [Int32]
    ) -> TokenAdjacency? {
        let hasBytes = fallback.contains { $0 >= 0 }
        switch definition.merges {
        case .list(let merges):
            var adjacency = TokenAdjacency(capacity: merges.bytes.count / 3)
            for rank in 0..<merges.count {
                let (whole, middle) = merges.range(rank)
                if hasBytes,
                    ByteToken.byte(merges.bytes[whole.lowerBound..<middle]) != nil
                        || ByteToken.byte(merges.bytes[middle..<whole.upperBound]) != nil
                {
                    return nil
                }
                adjacency.insert(merges.bytes.span, whole)
            }
            return adjacency
        case .ranks(let ranks):
            let list = definition.vocabulary
            var adjacency = TokenAdjacency(capacity: list.bytes.count / 3)
            for (entry, rank) in ranks.enumerated() where entry < list.count && rank != MergeRule.never {
                adjacency.insert(list.bytes.span, list.range(entry))
            }
            return adjacency
        }
    }
}
