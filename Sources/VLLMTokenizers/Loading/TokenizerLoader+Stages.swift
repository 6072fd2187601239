// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension TokenizerLoader {
    static func normalizer(_ field: JSONField) throws(TokenizerError) -> NormalizerDefinition {
        let type = try field.string("type")
        switch type {
        case "NFC": return .unicode(.nfc)
        case "NFD": return .unicode(.nfd)
        case "NFKC": return .unicode(.nfkc)
        case "NFKD": return .unicode(.nfkd)
        case "Lowercase": return .lowercase
        case "Replace": return .replace(try field.pattern("pattern"), content: try field.string("content"))
        case "Prepend": return .prepend(try field.string("prepend"))
        case "Strip":
            return .strip(
                left: try field.bool("strip_left", default: true),
                right: try field.bool("strip_right", default: true))
        case "StripAccents": return .stripAccents
        case "ByteLevel": return .byteLevel
        case "Nmt": return .nmt
        case "Precompiled":
            var map: [UInt8] = []
            let text = Array(try field.string("precompiled_charsmap").utf8)
            guard Base64.decode(text.span, 0..<text.count, into: &map) else {
                throw TokenizerError("\(field.path).precompiled_charsmap", "the map is not Base64")
            }
            return .characterMap(map)
        case "BertNormalizer":
            let accents =
                field.optional("strip_accents") == nil ? nil : try field.bool("strip_accents", default: false)
            return .bert(
                cleanText: try field.bool("clean_text", default: true),
                handleChineseCharacters: try field.bool("handle_chinese_chars", default: true),
                stripAccents: accents, lowercase: try field.bool("lowercase", default: true))
        case "Sequence":
            var list: [NormalizerDefinition] = []
            for element in try field.elements("normalizers") { list.append(try normalizer(element)) }
            return .sequence(list)
        default: throw field.unsupported("normalizer", type)
        }
    }

    static func preTokenizer(_ field: JSONField) throws(TokenizerError) -> PreTokenizerDefinition {
        let type = try field.string("type")
        switch type {
        case "ByteLevel":
            return .byteLevel(
                addPrefixSpace: try field.bool("add_prefix_space", default: true),
                useRegex: try field.bool("use_regex", default: true))
        case "Split":
            return .split(
                try field.pattern("pattern"), behavior: try field.behavior("behavior", default: nil),
                invert: try field.bool("invert", default: false))
        case "Digits": return .digits(individual: try field.bool("individual_digits", default: false))
        case "Whitespace": return .whitespace
        case "WhitespaceSplit": return .whitespaceSplit
        case "Punctuation": return .punctuation(try field.behavior("behavior", default: .isolated))
        case "CharDelimiterSplit": return .delimiter(try field.scalar("delimiter"))
        case "BertPreTokenizer": return .bert
        case "UnicodeScripts": return .unicodeScripts
        case "Metaspace":
            return .metaspace(
                replacement: try field.scalar("replacement", default: "▁"),
                prepend: try field.prependScheme(),
                split: try field.bool("split", default: true))
        case "Sequence":
            var list: [PreTokenizerDefinition] = []
            for element in try field.elements("pretokenizers") { list.append(try preTokenizer(element)) }
            return .sequence(list)
        default: throw field.unsupported("pre-tokenizer", type)
        }
    }

    static func decoder(_ field: JSONField) throws(TokenizerError) -> DecoderDefinition {
        let type = try field.string("type")
        switch type {
        case "ByteLevel": return .byteLevel
        case "ByteFallback": return .byteFallback
        case "Fuse": return .fuse
        case "Metaspace":
            return .metaspace(
                replacement: try field.scalar("replacement", default: "▁"), prepend: try field.prependScheme()
            )
        case "Replace": return .replace(try field.pattern("pattern"), content: try field.string("content"))
        case "Strip":
            return .strip(
                content: try field.scalar("content"), start: try field.count("start", default: 0),
                stop: try field.count("stop", default: 0))
        case "WordPiece":
            return .wordPiece(
                prefix: try field.string("prefix", default: "##"),
                cleanup: try field.bool("cleanup", default: true))
        case "BPEDecoder": return .bytePairEncoding(suffix: try field.string("suffix", default: "</w>"))
        case "Sequence":
            var list: [DecoderDefinition] = []
            for element in try field.elements("decoders") { list.append(try decoder(element)) }
            return .sequence(list)
        default: throw field.unsupported("decoder", type)
        }
    }

    static func postProcessor(_ field: JSONField) throws(TokenizerError) -> PostProcessorDefinition {
        let type = try field.string("type")
        switch type {
        case "ByteLevel": return .none
        case "TemplateProcessing": return .template(try template(field))
        case "BertProcessing", "RobertaProcessing":
            return .template([
                .tokens([try pairedID(field, "cls")]), .text, .tokens([try pairedID(field, "sep")]),
            ])
        case "Sequence":
            var list: [PostProcessorDefinition] = []
            for element in try field.elements("processors") { list.append(try postProcessor(element)) }
            return .sequence(list)
        default: throw field.unsupported("post-processor", type)
        }
    }

    /// The id in `["[CLS]", 101]`.
    private static func pairedID(_ field: JSONField, _ key: String) throws(TokenizerError) -> Int32 {
        try id(try field.member(key).value[1], "\(field.path).\(key)[1]")
    }

    static func id(_ value: JSONValue?, _ path: String) throws(TokenizerError) -> Int32 {
        guard let id = value?.intValue, id >= 0, id <= TokenList.maximumID else {
            throw TokenizerError(
                path, "not an id", expected: "0...\(TokenList.maximumID)", found: value?.kindName ?? "nothing"
            )
        }
        return Int32(id)
    }

    /// Reads the template for a single text.
    private static func template(_ field: JSONField) throws(TokenizerError) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        var numTokens = 0
        for piece in try field.elements("single") {
            if piece.optional("Sequence") != nil {
                pieces.append(.text)
                continue
            }
            let name = try piece.member("SpecialToken").string("id")
            guard let token = field.optional("special_tokens")?.optional(name) else {
                throw TokenizerError(
                    piece.path, "the template names a token that special_tokens lacks", found: name)
            }
            var ids: [Int32] = []
            for element in try token.elements("ids") { ids.append(try id(element.value, element.path)) }
            // Each mention of a long list is short.
            numTokens += ids.count
            guard numTokens <= 1 << 16 else {
                throw TokenizerError(piece.path, "the template adds more than \(1 << 16) tokens")
            }
            pieces.append(.tokens(ids))
        }
        return pieces
    }
}
