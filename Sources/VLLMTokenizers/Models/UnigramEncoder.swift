// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts words into the tokens whose scores have the largest sum, by Viterbi's algorithm.
struct UnigramEncoder: TokenEncoder {
    /// How much worse than the worst token an unknown character is: `kUnkPenalty` of SentencePiece.
    private static let unknownPenalty = 10.0
    /// Behind so many bytes a way is settled at the next position that no token crosses.
    private static let settledLength = 256

    /// The longest token, in bytes, that is found in text: so many are looked at from each position.
    private static let longestToken = 1024

    let tokens: TokenTable
    private let trie: PrefixTrie
    /// The score of each id.
    private let scores: [Double]
    private let unknownScore: Double
    private let unknownID: Int32?
    /// The tokens of bytes, if unknown runs become bytes.
    private let fallback: [Int32]?
    private let isSingle: Bool

    /// Compiles a description.
    init(_ definition: UnigramDefinition) throws(TokenizerError) {
        let pieces = definition.pieces
        let list = pieces.tokens
        let idCount = try BytePairEncoder.idCount(list)
        tokens = TokenTable(list, idCount: idCount)
        isSingle = definition.precision == .single
        if let id = definition.unknownID, tokens.range(of: id) == nil {
            throw TokenizerError(
                "model", "the unknown token is not in the vocabulary", expected: "an id of a token",
                found: "\(id)")
        }
        unknownID = definition.unknownID
        var range = (lowest: Double.greatestFiniteMagnitude, highest: Double(Float.leastNormalMagnitude))
        for entry in 0..<pieces.count {
            let score = pieces.scores[entry]
            guard score.isFinite, abs(score) <= Double(Float.greatestFiniteMagnitude) else {
                throw TokenizerError(
                    "model", "token \(list.ids[entry]) has a score that cannot be summed", found: "\(score)")
            }
            guard pieces.kinds[entry] == .normal else { continue }
            range.lowest = min(range.lowest, score)
            range.highest = max(range.highest, score)
        }
        if range.lowest == .greatestFiniteMagnitude { range.lowest = 0 }
        let unknown = range.lowest - Self.unknownPenalty
        unknownScore = isSingle ? Double(Float(unknown)) : unknown
        var scores = [Double](repeating: 0, count: idCount)
        var found: [(range: Range<Int>, value: Int32)] = []
        for entry in 0..<pieces.count {
            let id = list.ids[entry]
            switch pieces.kinds[entry] {
            case .normal: scores[Int(id)] = pieces.scores[entry]
            // Longer than any sum of others.
            case .userDefined:
                let score = Double(list.range(entry).count) * range.highest - 0.1
                scores[Int(id)] = isSingle ? Double(Float(score)) : score
            case .unknown, .control, .unused, .byte: continue
            }
            guard list.range(entry).count <= Self.longestToken else {
                throw TokenizerError(
                    "model", "token \(id) is too long", expected: "up to \(Self.longestToken) bytes",
                    found: "\(list.range(entry).count)")
            }
            found.append((list.range(entry), id))
        }
        self.scores = scores
        trie = PrefixTrie(list.bytes, found)
        fallback =
            definition.byteFallback
            ? (0..<256).map { [tokens] in tokens.id(ByteToken.text(UInt8($0))) ?? -1 } : nil
    }

    @inline(never)
    func encodeAnew(
        _ text: Span<UInt8>, _ word: Range<Int>, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        var paths: [UnigramPath] = []
        swap(&paths, &scratch.paths)
        defer { swap(&paths, &scratch.paths) }
        /// Where the way that is not settled begins, and the unknown run before it.
        var base = word.lowerBound
        var unknown: Range<Int>?
        var position = base
        var furthest = base
        reserve(&paths, Self.settledLength)
        paths[0] = UnigramPath(score: 0, start: base)
        while position < word.upperBound {
            if position == furthest, position - base >= Self.settledLength {
                let score = paths[position - base].score
                try settle(text, base..<position, &paths, &scratch.steps, &unknown, into: &ids)
                base = position
                paths[0] = UnigramPath(score: score, start: base)
            }
            position = try extend(text, position, word.upperBound, base: base, &paths, &furthest)
        }
        try settle(text, base..<word.upperBound, &paths, &scratch.steps, &unknown, into: &ids)
        if let unknown { try appendUnknown(text, unknown, into: &ids) }
    }

    private func reserve(_ paths: inout [UnigramPath], _ count: Int) {
        guard paths.count <= count else { return }
        paths.append(
            contentsOf: repeatElement(UnigramPath(), count: max(count + 1, 2 * paths.count) - paths.count))
    }

    /// Extends the best way to a position by each token that begins there; returns the next position.
    @inline(__always)
    private func extend(
        _ text: Span<UInt8>, _ position: Int, _ end: Int, base: Int, _ paths: inout [UnigramPath],
        _ furthest: inout Int
    ) throws(TokenizerError) -> Int {
        let before = paths[position - base].score
        let next = position + text.scalar(at: position).length
        var node = PrefixTrie.root
        var at = position
        var hasCharacter = false
        let units = trie.units.span
        while at < end {
            let child = units[Int(node)].base ^ UInt32(text[at])
            let unit = units[Int(child)]
            guard unit.parent == node else { break }
            node = child
            at += 1
            guard unit.value >= 0 else { continue }
            if at == next { hasCharacter = true }
            if at > furthest {
                furthest = at
                reserve(&paths, at - base)
            }
            let score = rounded(scores[Int(unit.value)] + before)
            if paths[at - base].start < 0 || score > paths[at - base].score {
                paths[at - base] = UnigramPath(score: score, start: position, id: unit.value)
            }
        }
        guard !hasCharacter else { return next }
        guard let unknownID else {
            throw TokenizerError(
                "model", "a character is not in the vocabulary, which has no unknown token",
                found: String(decoding: [UInt8](text, position..<next), as: UTF8.self).debugDescription)
        }
        if next > furthest {
            furthest = next
            reserve(&paths, next - base)
        }
        let score = rounded(unknownScore + before)
        if paths[next - base].start < 0 || score > paths[next - base].score {
            paths[next - base] = UnigramPath(score: score, start: position, id: unknownID)
        }
        return next
    }

    @inline(__always)
    private func rounded(_ score: Double) -> Double {
        isSingle ? Double(Float(score)) : score
    }

    /// Appends the tokens of the best way through a part, and clears the ways.
    private func settle(
        _ text: Span<UInt8>, _ part: Range<Int>, _ paths: inout [UnigramPath], _ steps: inout [Int],
        _ unknown: inout Range<Int>?, into ids: inout [Int32]
    ) throws(TokenizerError) {
        steps.removeAll(keepingCapacity: true)
        var position = part.upperBound
        while position > part.lowerBound {
            steps.append(position)
            position = paths[position - part.lowerBound].start
        }
        var start = part.lowerBound
        for end in steps.reversed() {
            let id = paths[end - part.lowerBound].id
            if id == unknownID {
                unknown = (unknown?.lowerBound ?? start)..<end
            } else {
                if let run = unknown { try appendUnknown(text, run, into: &ids) }
                unknown = nil
                ids.append(id)
            }
            start = end
        }
        for index in 0...part.count { paths[index] = UnigramPath() }
    }

    /// Appends a run of unknown characters: the token that it is after all, its bytes, or the unknown token.
    private func appendUnknown(
        _ text: Span<UInt8>, _ run: Range<Int>, into ids: inout [Int32]
    ) throws(TokenizerError) {
        if let id = tokens.id(text, run) {
            ids.append(id)
        } else if let fallback, run.allSatisfy({ fallback[Int(text[$0])] >= 0 }) {
            for position in run { ids.append(fallback[Int(text[position])]) }
        } else if let unknownID {
            ids.append(unknownID)
        }
    }
}
