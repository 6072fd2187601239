// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension BytePairEncoder {
    /// The longest token, in bytes, that merging may make: there are as many ways to cut it as it has characters.
    static let longestMerged = 1024

    /// Finds all pairs of symbols whose joint text is a token with a rank.
    ///
    /// A symbol is a character or a token with a rank itself.
    static func mergeTable(
        _ list: TokenList, ranks: [UInt32], _ tokens: TokenTable, _ hidden: inout HiddenSymbols,
        _ characters: inout CharacterMerges?
    ) throws(TokenizerError) -> MergeTable {
        var ranksByID = [UInt32](repeating: MergeRule.never, count: tokens.idCount)
        for (entry, rank) in ranks.enumerated() where entry < list.count {
            ranksByID[Int(list.ids[entry])] = min(ranksByID[Int(list.ids[entry])], rank)
        }
        var found: [(left: UInt32, right: UInt32, rank: UInt32, merged: UInt32)] = []
        let bytes = list.bytes.span
        var halves: [Range<Int>] = []
        var ids: [Int32] = []
        for (entry, rank) in ranks.enumerated() where entry < list.count && rank != MergeRule.never {
            let whole = list.range(entry)
            guard whole.count <= longestMerged else {
                throw TokenizerError(
                    "vocabulary", "token \(list.ids[entry]) is too long to be merged",
                    expected: "up to \(longestMerged) bytes", found: "\(whole.count)")
            }
            halves.removeAll(keepingCapacity: true)
            var position = whole.lowerBound
            while position < whole.upperBound {
                position += bytes.scalar(at: position).length
                guard position < whole.upperBound else { break }
                halves += [whole.lowerBound..<position, position..<whole.upperBound]
            }
            guard !halves.isEmpty else { continue }
            tokens.ids(bytes, halves, into: &ids)
            for index in stride(from: 0, to: halves.count, by: 2) {
                guard canBeSymbol(bytes, halves[index], ids[index], ranksByID),
                    canBeSymbol(bytes, halves[index + 1], ids[index + 1], ranksByID)
                else { continue }
                let left = symbol(bytes, halves[index], ids[index], &hidden)
                let right = symbol(bytes, halves[index + 1], ids[index + 1], &hidden)
                found.append((left, right, rank, UInt32(list.ids[entry])))
                if Int(max(left, right)) < tokens.idCount {
                    characters?.note(left: left, right: right, rank: rank)
                }
            }
        }
        var table = MergeTable(capacity: found.count)
        for merge in found {
            table.insert(left: merge.left, right: merge.right, rank: merge.rank, merged: merge.merged)
        }
        return table
    }

    /// Whether a part of a token may stand in a word while it is merged.
    private static func canBeSymbol(
        _ bytes: Span<UInt8>, _ part: Range<Int>, _ id: Int32, _ ranks: [UInt32]
    ) -> Bool {
        id >= 0 && ranks[Int(id)] != MergeRule.never || bytes.scalar(at: part.lowerBound).length == part.count
    }

    private static func symbol(
        _ bytes: Span<UInt8>, _ part: Range<Int>, _ id: Int32, _ hidden: inout HiddenSymbols
    ) -> UInt32 {
        id >= 0 ? UInt32(id) : hidden.insert(bytes.scalar(at: part.lowerBound).value)
    }

    /// Puts what stands for itself in place of hidden symbols, and the steps in place of tokens that are not used.
    func replaceSymbols(
        _ splits: [UInt32: (UInt32, UInt32)], in ids: inout [Int32], from start: Int
    ) throws(TokenizerError) {
        var rest = Array(ids[start...].reversed())
        ids.removeLast(ids.count - start)
        var isUnknown = false
        while let symbol = rest.popLast() {
            if let character = hidden.character(of: symbol) {
                try appendUnknown(character, wasUnknown: &isUnknown, to: &ids)
            } else if unusedIDs.contains(symbol), let split = splits[UInt32(bitPattern: symbol)] {
                rest += [Int32(bitPattern: split.1), Int32(bitPattern: split.0)]
            } else {
                let repeats = isUnknown && symbol == unknownID
                isUnknown = symbol == unknownID && fusesUnknown
                if !repeats { ids.append(symbol) }
            }
        }
    }

    private func appendUnknown(
        _ character: UInt32, wasUnknown: inout Bool, to ids: inout [Int32]
    ) throws(TokenizerError) {
        var text: [UInt8] = []
        text.appendUTF8(character)
        if let fallback, text.allSatisfy({ fallback[Int($0)] >= 0 }) {
            ids += text.map { fallback[Int($0)] }
            wasUnknown = false
            return
        }
        guard let id = unknownID else { return }
        if !wasUnknown { ids.append(id) }
        wasUnknown = fusesUnknown
    }
}
