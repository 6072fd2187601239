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
        // A file of SentencePiece begins with a byte that is no character.
        return position > 0 && position < bytes.count && bytes[position] == 0x20
    }

    /// Reads the tokens, written in the byte-level alphabet, with their ranks as ids.
    static func vocabulary(_ bytes: Span<UInt8>) throws(TokenizerError) -> TokenList {
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
                let id = try line(bytes, position..<last, into: &token, "line \(number)")
                list.append(id: id) { output in
                    ByteLevelAlphabet.appendCharacters(of: token.span, 0..<token.count, to: &output)
                }
            }
            position = end + 1
        }
        try check(list)
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
        let digits = min(space + 1, line.upperBound)..<line.upperBound
        for position in digits {
            guard (0x30...0x39).contains(bytes[position]), rank <= TokenList.maximumID else {
                throw wrongRank(bytes, digits, context)
            }
            rank = rank * 10 + Int32(bytes[position] - 0x30)
        }
        guard !digits.isEmpty, rank <= TokenList.maximumID else { throw wrongRank(bytes, digits, context) }
        return rank
    }

    private static func wrongRank(
        _ bytes: Span<UInt8>, _ part: Range<Int>, _ context: String
    ) -> TokenizerError {
        let text = String(
            decoding: [UInt8](bytes, part.lowerBound..<min(part.upperBound, part.lowerBound + 40)),
            as: UTF8.self)
        return TokenizerError(
            context, "the rank is none", expected: "a whole number in 0...\(TokenList.maximumID)",
            found: text.isEmpty ? "nothing" : text.debugDescription)
    }

    /// Refuses tokens and ranks that stand twice, and bytes without a token.
    private static func check(_ list: TokenList) throws(TokenizerError) {
        var ranks = Set<Int32>(minimumCapacity: list.count)
        for (entry, rank) in list.ids.enumerated() where !ranks.insert(rank).inserted {
            throw TokenizerError("token \(entry)", "the rank stands twice", found: "\(rank)")
        }
        let table = TokenTable(list, idCount: Int((list.ids.max() ?? -1) + 1))
        guard table.count == list.count else {
            throw TokenizerError(
                "", "a token stands twice", found: "\(list.count - table.count) too many")
        }
        for byte in UInt8.min...UInt8.max {
            var text: [UInt8] = []
            text.appendUTF8(ByteLevelAlphabet.scalars[Int(byte)])
            guard table.id(text) != nil else {
                throw TokenizerError("", "a byte has no token", found: "\(byte)")
            }
        }
    }
}
