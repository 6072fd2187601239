// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// One step of pre-tokenization: it cuts the pieces it is given, or writes them anew.
enum PreTokenizerStage: Sendable {
    case words(WordScanner)
    case split(TextMatcher, SplitBehavior, invert: Bool)
    case scalars(ScalarSplitter)
    case whitespace(WhitespaceSplitter)
    case scripts(ScriptSplitter)
    case metaspace(Metaspace)
    /// A space in front of every piece without one.
    case prefixSpace
    /// Bytes become characters of the byte-level alphabet.
    case byteLevel

    /// Returns the steps of a definition.
    static func stages(of definition: PreTokenizerDefinition) throws(TokenizerError) -> [PreTokenizerStage] {
        switch definition {
        case .byteLevel(let addPrefixSpace, let useRegex):
            return (addPrefixSpace ? [.prefixSpace] : []) + (useRegex ? [.words(WordScanner(.gpt2))] : [])
                + [.byteLevel]
        case .split(.regex(let pattern), .isolated, false):
            if let scanner = WordScanner.matching(pattern: pattern) { return [.words(scanner)] }
            return [
                .split(try TextMatcher(.regex(pattern), context: "pre_tokenizer"), .isolated, invert: false)
            ]
        case .split(let pattern, let behavior, let invert):
            return [.split(try TextMatcher(pattern, context: "pre_tokenizer"), behavior, invert: invert)]
        case .digits(let individual):
            return [.scalars(ScalarSplitter(kind: .numeric, behavior: individual ? .isolated : .contiguous))]
        case .whitespace:
            return [.whitespace(WhitespaceSplitter())]
        case .whitespaceSplit:
            return [.scalars(ScalarSplitter(kind: .whitespace, behavior: .removed))]
        case .punctuation(let behavior):
            return [.scalars(ScalarSplitter(kind: .punctuation, behavior: behavior))]
        case .delimiter(let scalar):
            return [.scalars(ScalarSplitter(kind: .scalar(scalar.value), behavior: .removed))]
        case .bert:
            return [
                .scalars(ScalarSplitter(kind: .whitespace, behavior: .removed)),
                .scalars(ScalarSplitter(kind: .punctuation, behavior: .isolated)),
            ]
        case .unicodeScripts:
            return [.scripts(ScriptSplitter())]
        case .metaspace(let replacement, let prepend, let split):
            return [.metaspace(Metaspace(replacement: replacement, prepend: prepend, split: split))]
        case .sequence(let definitions):
            var stages: [PreTokenizerStage] = []
            for definition in definitions { stages += try Self.stages(of: definition) }
            return stages
        }
    }

    /// Applies the step to all pieces of a text; returns the text they are ranges of if it is another one.
    ///
    /// `isFirst` says that the first piece begins the whole text.
    func apply(
        to text: Span<UInt8>, pieces: inout [Range<Int>], isFirst: Bool, spare: inout [Range<Int>]
    ) throws(TokenizerError) -> [UInt8]? {
        spare.removeAll(keepingCapacity: true)
        var output: [UInt8]?
        switch self {
        case .words(let scanner):
            for piece in pieces { scanner.split(text, piece, into: &spare) }
        case .split(let matcher, let behavior, let invert):
            var matches: [Range<Int>] = []
            for piece in pieces {
                matches.removeAll(keepingCapacity: true)
                try matcher.appendMatches(in: text, piece, to: &matches)
                behavior.appendPieces(of: piece, matches: matches, invert: invert, to: &spare)
            }
        case .scalars(let splitter):
            for piece in pieces { splitter.split(text, piece, into: &spare) }
        case .whitespace(let splitter):
            for piece in pieces { splitter.split(text, piece, into: &spare) }
        case .scripts(let splitter):
            for piece in pieces { splitter.split(text, piece, into: &spare) }
        case .metaspace, .prefixSpace, .byteLevel:
            output = rewrite(text, pieces, isFirst: isFirst, into: &spare)
        }
        swap(&pieces, &spare)
        return output
    }

    private func rewrite(
        _ text: Span<UInt8>, _ pieces: [Range<Int>], isFirst: Bool, into result: inout [Range<Int>]
    ) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 2)
        for (index, piece) in pieces.enumerated() {
            let start = output.count
            switch self {
            case .metaspace(let metaspace):
                metaspace.append(text, piece, isFirst: isFirst && index == 0, to: &output, pieces: &result)
                continue
            case .prefixSpace:
                if text[piece.lowerBound] != 0x20 { output.append(0x20) }
                output.append(text, piece)
            case .byteLevel:
                ByteLevelAlphabet.appendCharacters(of: text, piece, to: &output)
            default:
                output.append(text, piece)
            }
            result.append(start..<output.count)
        }
        return output
    }
}
