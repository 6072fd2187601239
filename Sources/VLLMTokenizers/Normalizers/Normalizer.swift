// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Changes a text before it is split; made from a `NormalizerDefinition`.
indirect enum Normalizer: Sendable {
    case unicode(UnicodeNormalizer)
    case lowercase(LowercaseNormalizer)
    case replace(TextReplacement)
    case prepend([UInt8])
    case strip(StripNormalizer)
    case stripAccents(ScalarSet)
    case bert(BertNormalizer)
    case byteLevel
    case characterMap(CharacterMapNormalizer)
    case sentencePiece(SentencePieceNormalizer)
    case nmt
    case sequence([Normalizer])

    init(_ definition: NormalizerDefinition) throws(TokenizerError) {
        switch definition {
        case .unicode(let form): self = .unicode(UnicodeNormalizer(form))
        case .lowercase: self = .lowercase(LowercaseNormalizer())
        case .replace(let pattern, let content):
            self = .replace(try TextReplacement(pattern, content: content, context: "normalizer"))
        case .prepend(let prefix): self = .prepend(Array(prefix.utf8))
        case .strip(let left, let right): self = .strip(StripNormalizer(left: left, right: right))
        case .stripAccents: self = .stripAccents(ScalarSet(UnicodeCaseData.accents))
        case .bert(let cleanText, let handleChineseCharacters, let stripAccents, let lowercase):
            self = .bert(
                BertNormalizer(
                    cleanText: cleanText, handleChineseCharacters: handleChineseCharacters,
                    stripAccents: stripAccents ?? lowercase, lowercase: lowercase))
        case .byteLevel: self = .byteLevel
        case .characterMap(let bytes): self = .characterMap(try CharacterMapNormalizer(bytes))
        case .sentencePiece(let definition): self = .sentencePiece(try SentencePieceNormalizer(definition))
        case .nmt: self = .nmt
        case .sequence(let definitions):
            var normalizers: [Normalizer] = []
            for definition in definitions { normalizers.append(try Normalizer(definition)) }
            self = .sequence(normalizers)
        }
        try TextGrowth.check(factors, context: "normalizer")
    }

    /// How many times as long each step that lengthens texts makes one, at most.
    private var factors: [Int] {
        switch self {
        case .replace(let replacement): [replacement.growth]
        // A byte becomes a character of one or two.
        case .byteLevel: [2]
        case .characterMap(let normalizer): [normalizer.growth]
        case .sentencePiece(let normalizer): [normalizer.growth]
        case .sequence(let normalizers): normalizers.flatMap(\.factors)
        default: []
        }
    }

    /// Returns the changed text, or nil if it is left as it is.
    ///
    /// - Parameter isAtStart: whether the text begins the whole text, before which nothing stood.
    func normalize(_ text: Span<UInt8>, isAtStart: Bool = true) throws(TokenizerError) -> [UInt8]? {
        switch self {
        case .unicode(let normalizer): return normalizer.normalize(text)
        case .lowercase(let normalizer): return normalizer.normalize(text)
        case .replace(let replacement): return try replacement.apply(to: text)
        case .prepend(let prefix):
            guard !text.isEmpty else { return nil }
            var output = prefix
            output.append(text, 0..<text.count)
            return output
        case .strip(let normalizer): return normalizer.normalize(text)
        case .stripAccents(let accents): return ScalarFilter.removing(accents, from: text)
        case .bert(let normalizer): return normalizer.normalize(text)
        case .byteLevel:
            var output: [UInt8] = []
            ByteLevelAlphabet.appendCharacters(of: text, 0..<text.count, to: &output)
            return output
        case .characterMap(let normalizer): return normalizer.normalize(text)
        case .sentencePiece(let normalizer): return normalizer.normalize(text, isAtStart: isAtStart)
        case .nmt: return NmtNormalizer.normalize(text)
        case .sequence(let normalizers):
            var current: [UInt8]?
            for normalizer in normalizers {
                if let text = current {
                    current = try normalizer.normalize(text.span, isAtStart: isAtStart) ?? text
                } else {
                    current = try normalizer.normalize(text, isAtStart: isAtStart)
                }
            }
            return current
        }
    }
}
