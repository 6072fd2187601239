// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A SentencePiece file: `ModelProto` of sentencepiece_model.proto.
struct SentencePieceModel {
    /// How the vocabulary is used: `model_type`.
    enum Kind: Int32 {
        case unigram = 1
        case bytePairs = 2
        case word = 3
        case character = 4
    }

    var kind = Kind.unigram
    var pieces = PieceList()
    var normalization = SentencePieceNormalization()
    var byteFallback = false
    /// The texts of the tokens with a role, and whether they are there: an id of −1 says no.
    private var roles = (beginning: "<s>", end: "</s>", padding: "<pad>")
    private var hasBeginning = true
    private var hasEnd = true
    private var hasPadding = false

    /// Reads a file.
    init(_ bytes: Span<UInt8>) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, 0..<bytes.count)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: try readPiece(bytes, try message(value, "pieces"))
            case 2: try readTrainer(bytes, try message(value, "trainer_spec"))
            case 3: try readNormalizer(bytes, try message(value, "normalizer_spec"))
            default: break
            }
        }
        try check()
        normalization.protected = pieces.texts(of: .userDefined)
    }

    private func wrongType(_ field: String) -> TokenizerError {
        TokenizerError(field, "the field has the wrong type")
    }

    private func message(_ value: ProtobufReader.Value, _ field: String) throws(TokenizerError) -> Range<Int>
    {
        guard let range = value.range else { throw wrongType(field) }
        return range
    }

    private func text(
        _ bytes: Span<UInt8>, _ value: ProtobufReader.Value, _ field: String
    ) throws(TokenizerError) -> [UInt8] {
        let text = [UInt8](bytes, try message(value, field))
        guard UTF8Repair.isValid(text) else {
            throw TokenizerError(field, "the text is not UTF-8")
        }
        return text
    }

    private mutating func readPiece(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(TokenizerError) {
        let name = "pieces[\(pieces.count)]"
        var piece: [UInt8] = []
        var score: Float = 0
        var kind = PieceKind.normal
        var reader = ProtobufReader(bytes, range)
        while let (field, value) = try reader.next() {
            switch field {
            case 1: piece = try text(bytes, value, name)
            case 2:
                guard let number = value.float else { throw wrongType("\(name).score") }
                score = number
            case 3:
                guard let number = value.int32 else { throw wrongType("\(name).type") }
                guard let known = UInt8(exactly: number).flatMap(PieceKind.init) else {
                    throw TokenizerError(
                        "\(name).type", "the type is not known", found: "\(number)")
                }
                kind = known
            default: break
            }
        }
        guard !piece.isEmpty else { throw TokenizerError("\(name)", "the piece is empty") }
        guard score.isFinite else {
            throw TokenizerError("\(name).score", "the score is not finite", found: "\(score)")
        }
        guard pieces.count <= TokenList.maximumID else {
            throw TokenizerError("\(name)", "there are too many pieces")
        }
        pieces.append(piece, score: Double(score), kind: kind)
    }

    private mutating func readTrainer(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let (field, value) = try reader.next() {
            switch field {
            case 3:
                guard let number = value.int32, let kind = Kind(rawValue: number) else {
                    throw wrongType("trainer_spec.model_type")
                }
                self.kind = kind
            case 24: normalization.whitespaceIsSuffix = value.bool ?? false
            case 35: byteFallback = value.bool ?? false
            case 41: hasBeginning = value.int32 ?? -1 >= 0
            case 42: hasEnd = value.int32 ?? -1 >= 0
            case 43: hasPadding = value.int32 ?? -1 >= 0
            case 46: roles.beginning = String(decoding: try text(bytes, value, "bos_piece"), as: UTF8.self)
            case 47: roles.end = String(decoding: try text(bytes, value, "eos_piece"), as: UTF8.self)
            case 48: roles.padding = String(decoding: try text(bytes, value, "pad_piece"), as: UTF8.self)
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let (field, value) = try reader.next() {
            switch field {
            case 2: normalization.characterMap = [UInt8](bytes, try message(value, "precompiled_charsmap"))
            case 3: normalization.prefix = value.bool ?? true ? .always : .never
            case 4: normalization.removesExtraWhitespace = value.bool ?? true
            case 5: normalization.escapesWhitespace = value.bool ?? true
            default: break
            }
        }
    }

    /// Refuses what SentencePiece refuses when it loads a file.
    private func check() throws(TokenizerError) {
        func failure(_ what: String, _ found: String) -> TokenizerError {
            TokenizerError("pieces", what, found: found)
        }
        guard kind == .unigram || kind == .bytePairs else {
            throw TokenizerError(
                "trainer_spec.model_type", "the model is not supported",
                expected: "UNIGRAM or BPE",
                found: kind == .word ? "WORD" : "CHAR")
        }
        let numUnknown = pieces.kinds.count { $0 == .unknown }
        guard numUnknown == 1 else { throw failure("there should be one unknown piece", "\(numUnknown)") }
        // As bytes: strings that are canonically equivalent are equal.
        var seen: Set<ArraySlice<UInt8>> = []
        for entry in 0..<pieces.count
        where !seen.insert(pieces.tokens.bytes[pieces.tokens.range(entry)]).inserted {
            throw failure("a piece stands twice", pieces.text(entry).debugDescription)
        }
        let bytes = Set(pieces.texts(of: .byte).compactMap { ByteToken.byte(Array($0.utf8)) })
        guard !byteFallback || bytes.count == 256 else {
            throw failure("byte_fallback needs a piece for each byte", "\(bytes.count)")
        }
        guard byteFallback || bytes.isEmpty else {
            throw failure("there are pieces of bytes without byte_fallback", "\(bytes.count)")
        }
    }

    /// The text of the control piece with a role, or nil.
    private func role(_ text: String, _ isPresent: Bool, among controls: Set<String>) -> String? {
        isPresent && controls.contains(text) ? text : nil
    }

    /// The tokens with roles that are there.
    var tokenRoles: TokenRoles {
        let controls = Set(pieces.texts(of: .control))
        return TokenRoles(
            beginningOfSequence: role(roles.beginning, hasBeginning, among: controls),
            endOfSequence: role(roles.end, hasEnd, among: controls),
            padding: role(roles.padding, hasPadding, among: controls),
            unknown: pieces.texts(of: .unknown).first)
    }
}
