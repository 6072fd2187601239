// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Encodes words by merging pairs of symbols, lowest rank first and leftmost first among equals.
struct BytePairEncoder: TokenEncoder {
    /// The vocabulary as its file has it.
    let tokens: TokenTable
    /// What may merge.
    let merges: MergeTable
    /// The tokens that a whole word may be, in the form that words have; only with `ignore_merges`.
    private let words: TokenTable?
    /// The symbol of each byte, or of each ASCII character, or −1.
    private let byteSymbols: [Int32]
    /// Whether words are bytes rather than characters.
    private let readsBytes: Bool
    /// Where words can be cut without changing the tokens, if they can be cut at all.
    private let adjacency: TokenAdjacency?
    /// Whether a cut may be in front of a character that is no token.
    private let cutsAnywhere: Bool
    /// Tokens that are found before anything merges.
    private let protected: ByteTrie
    /// Characters that are no tokens but may become part of one.
    let hidden: HiddenSymbols
    /// Tokens that are only steps to longer ones.
    let unusedIDs: Set<Int32>
    /// The token of what is not known; without one that is left out.
    let unknownID: Int32?
    let fusesUnknown: Bool
    /// The tokens of bytes, if all bytes of a character that is not known may become tokens.
    let fallback: [Int32]?
    /// What merges inside characters may be done first; only for words of bytes.
    private let characters: CharacterMerges?
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// Compiles a description.
    ///
    /// - Parameter readsBytes: whether words are bytes; else they are characters, as the vocabulary has them.
    init(_ definition: BytePairEncodingDefinition, readsBytes: Bool) throws(TokenizerError) {
        let list = definition.vocabulary
        let idCount = try Self.idCount(list)
        tokens = TokenTable(list, idCount: idCount)
        prefix = Array((definition.continuingSubwordPrefix ?? "").utf8)
        suffix = Array((definition.endOfWordSuffix ?? "").utf8)
        let isPlain = prefix.isEmpty && suffix.isEmpty
        let forms = readsBytes ? Self.byteForms(list) : list
        var characters = isPlain && readsBytes ? CharacterMerges(forms, idCount: idCount) : nil
        var hidden = HiddenSymbols(first: idCount)
        switch definition.merges {
        case .list(let list): merges = try Self.mergeTable(list, tokens, prefix: prefix, &characters)
        case .ranks(let ranks):
            merges = try Self.mergeTable(list, ranks: ranks, tokens, &hidden, &characters)
        }
        self.hidden = hidden
        unusedIDs = definition.unusedIDs
        var protected = ByteTrie()
        for token in definition.protectedTokens {
            guard let id = tokens.id(Array(token.utf8)) else { continue }
            protected.insert(Array(token.utf8), value: id)
        }
        self.protected = protected
        self.characters = characters
        words = definition.ignoreMerges ? TokenTable(forms, idCount: idCount) : nil
        self.readsBytes = readsBytes
        fusesUnknown = definition.fusesUnknown
        fallback =
            definition.byteFallback
            ? (0..<256).map { [tokens] in tokens.id(ByteToken.text(UInt8($0))) ?? -1 } : nil
        byteSymbols = (UInt32(0)..<256).map { [tokens] byte in
            guard isPlain, readsBytes || byte < 0x80 else { return -1 }
            var text: [UInt8] = []
            text.appendUTF8(readsBytes ? ByteLevelAlphabet.scalars[Int(byte)] : byte)
            return tokens.id(text) ?? -1
        }
        let isComplete = fallback?.allSatisfy { $0 >= 0 } == true
        if let unknown = definition.unknownToken {
            // Files of bytes name one that they never need, and need not have.
            let isNeeded = !isComplete && !(readsBytes && Self.hasAllBytes(tokens, prefix, suffix))
            unknownID = isNeeded ? try tokens.unknownID(of: unknown) : tokens.id(Array(unknown.utf8))
        } else {
            unknownID = nil
        }
        cutsAnywhere = isComplete || fallback == nil && !fusesUnknown
        // Where unknown characters are left out, merges cross them.
        let keepsUnknown = isComplete || unknownID != nil
        adjacency =
            isPlain && !readsBytes && keepsUnknown
            ? Self.adjacency(definition, fallback: fallback ?? []) : nil
    }

    func encode(
        _ text: Span<UInt8>, _ words: [Range<Int>], _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        if adjacency == nil, protected.isEmpty {
            for word in words { try encodeRemembering(text, word, &scratch, into: &ids) }
        } else {
            for word in words { try encodeSections(text, word, &scratch, into: &ids) }
        }
    }

    /// Takes the protected tokens out of a word and encodes what is between them.
    private func encodeSections(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        if let words, let id = words.id(text, word) {
            ids.append(id)
            return
        }
        var start = word.lowerBound
        var position = start
        while !protected.isEmpty, position < word.upperBound {
            guard let match = protected.longest(in: text, at: position, to: word.upperBound) else {
                position = protected.candidate(in: text, from: position + 1, to: word.upperBound)
                continue
            }
            try encodeCut(text, start..<position, &scratch, into: &ids)
            ids.append(match.value)
            start = match.end
            position = start
        }
        try encodeCut(text, start..<word.upperBound, &scratch, into: &ids)
    }

    /// Cuts a word where no merge can join its parts, and encodes each.
    private func encodeCut(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        guard !word.isEmpty else { return }
        guard let adjacency, word.count > 8 else {
            return try encodeRemembering(text, word, &scratch, into: &ids)
        }
        var start = word.lowerBound
        var last = text.scalar(at: start)
        var position = start + last.length
        while position < word.upperBound {
            let next = text.scalar(at: position)
            if !adjacency.joins(last.value, next.value), cutsAnywhere || isKnown(text, position, next) {
                try encodeRemembering(text, start..<position, &scratch, into: &ids)
                start = position
            }
            last = next
            position += next.length
        }
        try encodeRemembering(text, start..<word.upperBound, &scratch, into: &ids)
    }

    @inline(__always)
    private func isKnown(_ text: Span<UInt8>, _ position: Int, _ character: DecodedScalar) -> Bool {
        if character.length == 1 { return byteSymbols[Int(character.value)] >= 0 }
        return tokens.id(text, position..<position + character.length) != nil
    }

    @inline(never)
    func encodeAnew(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        if let words, let id = words.id(text, word) {
            ids.append(id)
            return
        }
        scratch.symbols.removeAll(keepingCapacity: true)
        if readsBytes {
            try appendByteSymbols(text, word, &scratch.characters, to: &scratch.symbols)
        } else {
            try appendScalarSymbols(text, word, to: &scratch.symbols)
        }
        let start = ids.count
        BytePairMerging.merge(&scratch, merges, recording: unusedIDs, into: &ids)
        if !hidden.isEmpty || !unusedIDs.isEmpty { try replaceSymbols(scratch.splits, in: &ids, from: start) }
    }

    private func appendByteSymbols(
        _ text: Span<UInt8>, _ word: Range<Int>, _ cache: inout CharacterCache, to symbols: inout [UInt32]
    ) throws(TokenizerError) {
        let table = byteSymbols.span
        var pending: Int32?
        var position = word.lowerBound
        while position < word.upperBound {
            let byte = text[position]
            if byte >= 0xC2, pending == nil,
                let length = mergedFirst(text, position, word, &cache, to: &symbols)
            {
                position += length
                continue
            }
            let symbol = table[Int(byte)]
            if symbol >= 0 {
                flush(&pending, to: &symbols)
                symbols.append(UInt32(symbol))
            } else {
                var character: [UInt8] = []
                character.appendUTF8(ByteLevelAlphabet.scalars[Int(byte)])
                try append(
                    character, isFirst: position == word.lowerBound, isLast: position + 1 == word.upperBound,
                    &pending, to: &symbols)
            }
            position += 1
        }
        flush(&pending, to: &symbols)
    }

    /// Appends what a character's bytes merge into, if that may be done first, and returns how many there
    /// are.
    @inline(__always)
    private func mergedFirst(
        _ text: Span<UInt8>, _ position: Int, _ word: Range<Int>, _ cache: inout CharacterCache,
        to symbols: inout [UInt32]
    ) -> Int? {
        guard let characters else { return nil }
        let character = text.scalar(at: position)
        let end = position + character.length
        let before = position > word.lowerBound ? UInt64(1) << UInt64(text[position - 1] & 63) : 0
        let behind = end < word.upperBound ? UInt64(1) << UInt64(text[end] & 63) : 0
        let isMerged = cache.append(character.value, before: before, behind: behind, to: &symbols) {
            let bytes = (position..<end).map { byteSymbols[Int(text[$0])] }
            guard bytes.allSatisfy({ $0 >= 0 }) else { return nil }
            return characters.result(for: bytes.map { UInt32($0) }, merges)
        }
        return isMerged ? character.length : nil
    }

    private func appendScalarSymbols(
        _ text: Span<UInt8>, _ word: Range<Int>, to symbols: inout [UInt32]
    ) throws(TokenizerError) {
        var pending: Int32?
        var position = word.lowerBound
        let isPlain = prefix.isEmpty && suffix.isEmpty
        while position < word.upperBound {
            let end = position + text.scalar(at: position).length
            let byte = text[position]
            let known =
                byte < 0x80 ? byteSymbols[Int(byte)] : isPlain ? tokens.id(text, position..<end) ?? -1 : -1
            if known >= 0 {
                flush(&pending, to: &symbols)
                symbols.append(UInt32(known))
            } else {
                try append(
                    [UInt8](text, position..<end), isFirst: position == word.lowerBound,
                    isLast: end == word.upperBound, &pending, to: &symbols)
            }
            position = end
        }
        flush(&pending, to: &symbols)
    }

    @inline(__always)
    private func flush(_ pending: inout Int32?, to symbols: inout [UInt32]) {
        guard let id = pending else { return }
        symbols.append(UInt32(id))
        pending = nil
    }

    /// Appends the symbol of a character that has no direct one: with prefix and suffix, its bytes, or
    /// unknown.
    private func append(
        _ character: [UInt8], isFirst: Bool, isLast: Bool, _ pending: inout Int32?, to symbols: inout [UInt32]
    ) throws(TokenizerError) {
        let text = (isFirst ? [] : prefix) + character + (isLast ? suffix : [])
        if let id = tokens.id(text) {
            flush(&pending, to: &symbols)
            symbols.append(UInt32(id))
            return
        }
        if !hidden.isEmpty, let symbol = hidden.symbol(of: character.span.scalar(at: 0).value) {
            flush(&pending, to: &symbols)
            symbols.append(symbol)
            return
        }
        if let fallback, text.allSatisfy({ fallback[Int($0)] >= 0 }) {
            // An unknown token that waits stays behind these, as in `tokenizers`.
            for byte in text { symbols.append(UInt32(fallback[Int(byte)])) }
            return
        }
        guard let unknownID else { return }
        if !fusesUnknown { flush(&pending, to: &symbols) }
        pending = unknownID
    }
}
