// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads a tiktoken vocabulary: a line a token, its bytes in Base64, a space and its rank, which is its id.
enum TiktokenFile {
    /// Whether a file begins as such a vocabulary does.
    static func matches(_ bytes: Span<UInt8>) -> Bool {
        var position = 0
        while position < bytes.count, position < 4096, bytes[position] != 0x20 {
            guard Base64.value(bytes[position]) != nil || bytes[position] == UInt8(ascii: "=") else {
                return false
            }
            position += 1
        }
        guard position > 0, position + 1 < bytes.count, bytes[position] == 0x20 else { return false }
        return (0x30...0x39).contains(bytes[position + 1])
    }

    /// Reads the tokens, written in the byte-level alphabet, with their ranks as ids.
    static func vocabulary(_ bytes: Span<UInt8>, context: String) throws(TokenizerError) -> TokenList {
        var list = TokenList()
        list.reserveCapacity(tokens: bytes.count / 12, bytes: bytes.count)
        var number = 0
        var position = 0
        var token: [UInt8] = []
        while position < bytes.count {
            var end = position
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            number += 1
            let last = end > position && bytes[end - 1] == 0x0D ? end - 1 : end
            if position < last {
                let id = try line(bytes, position..<last, into: &token, "\(context): line \(number)")
                list.append(id: id) { output in
                    ByteLevelAlphabet.appendCharacters(of: token.span, 0..<token.count, to: &output)
                }
            }
            position = end + 1
        }
        try check(list, context: context)
        return list
    }

    private static func line(
        _ bytes: Span<UInt8>, _ line: Range<Int>, into token: inout [UInt8], _ context: String
    ) throws(TokenizerError) -> Int32 {
        var space = line.lowerBound
        while space < line.upperBound, bytes[space] != 0x20 { space += 1 }
        guard Base64.decode(bytes, line.lowerBound..<space, into: &token), !token.isEmpty else {
            throw TokenizerError(context, "the token is not Base64")
        }
        var rank: Int32 = 0
        for position in min(space + 1, line.upperBound)..<line.upperBound {
            guard (0x30...0x39).contains(bytes[position]), rank <= TokenList.maximumID else {
                throw TokenizerError(context, "the rank is not a number in range")
            }
            rank = rank * 10 + Int32(bytes[position] - 0x30)
        }
        guard space + 1 < line.upperBound, rank <= TokenList.maximumID else {
            throw TokenizerError(
                context, "the rank is missing or too large", expected: "0...\(TokenList.maximumID)")
        }
        return rank
    }

    /// Refuses tokens and ranks that stand twice, and bytes without a token.
    private static func check(_ list: TokenList, context: String) throws(TokenizerError) {
        var ranks = Set<Int32>(minimumCapacity: list.count)
        for (entry, rank) in list.ids.enumerated() where !ranks.insert(rank).inserted {
            throw TokenizerError("\(context): token \(entry)", "the rank stands twice", found: "\(rank)")
        }
        let table = TokenTable(list, idCount: Int((list.ids.max() ?? -1) + 1))
        guard table.count == list.count else {
            throw TokenizerError(
                context, "a token stands twice", found: "\(list.count - table.count) too many")
        }
        for byte in UInt8.min...UInt8.max {
            var text: [UInt8] = []
            text.appendUTF8(ByteLevelAlphabet.scalars[Int(byte)])
            guard table.id(text) != nil else {
                throw TokenizerError(context, "a byte has no token", found: "\(byte)")
            }
        }
    }
}
