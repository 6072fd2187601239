// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension TokenizerLoader {
    /// Classes that read a `vocab.txt` as BERT's does.
    private static let wordPieceClasses: Set<String> = [
        "BertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "DPRReaderTokenizer", "ElectraTokenizer",
        "LayoutLMTokenizer", "MobileBertTokenizer", "SqueezeBertTokenizer",
    ]

    /// Reads BERT's `vocab.txt`, a line a token, whose number from 0 is its id; of equal tokens the last counts.
    ///
    /// - Parameters:
    ///   - configuration: the `tokenizer_config.json` beside it, with what text is made of and the special tokens' names.
    ///   - addedTokens: the `added_tokens.json` beside it.
    public static func definition(
        words text: [UInt8], configuration: [UInt8]? = nil, addedTokens: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        let settings: TokenizerConfiguration? =
            if let configuration { try TokenizerConfiguration(configuration) } else { nil }
        if let name = settings?.className, !wordPieceClasses.contains(name) {
            throw TokenizerError(
                "tokenizer_class",
                "it is not known to read vocab.txt as BERT's does; a tokenizer.json is needed",
                expected: wordPieceClasses.sorted().joined(separator: ", "), found: name,
                file: TokenizerConfiguration.file)
        }
        let file = "vocab.txt"
        let vocabulary = try TokenizerError.naming(file) { () throws(TokenizerError) in
            try JSONCursor.checkUTF8(text.span)
            return readWords(text)
        }
        func token(_ role: String, _ usual: String) -> String { settings?.token(role) ?? usual }
        let unknown = token("unk_token", "[UNK]")
        let beginning = token("cls_token", "[CLS]")
        let end = token("sep_token", "[SEP]")
        let padding = token("pad_token", "[PAD]")
        let mask = token("mask_token", "[MASK]")
        let lowercases = try settings?.bool("do_lower_case") ?? true
        var definition = TokenizerDefinition(
            model: .wordPiece(WordPieceDefinition(vocabulary: vocabulary, unknownToken: unknown)),
            normalizer: .bert(
                cleanText: true,
                handleChineseCharacters: try settings?.bool("tokenize_chinese_chars") ?? true,
                stripAccents: try settings?.bool("strip_accents"), lowercase: lowercases),
            preTokenizer: .bert, postProcessor: .template([.named(beginning), .text, .named(end)]),
            decoder: .wordPiece(prefix: "##", cleanup: true),
            addedTokens: [unknown, end, padding, beginning, mask].map { AddedToken($0, isSpecial: true) },
            roles: TokenRoles(padding: padding, unknown: unknown))
        definition.files = TokenizerFiles(vocabulary: file, settings: TokenizerConfiguration.file)
        try add(addedTokens, to: &definition, settings)
        try settings?.apply(to: &definition, assignsIDs: true)
        return definition
    }

    /// The lines of a text, which end as Python's do; one that is empty counts.
    private static func readWords(_ text: [UInt8]) -> TokenList {
        var list = TokenList()
        var number: Int32 = 0
        var start = 0
        for position in text.indices where text[position] == 0x0A || text[position] == 0x0D {
            let isSecond = text[position] == 0x0A && position > 0 && text[position - 1] == 0x0D
            if !isSecond {
                list.append(text[start..<position], id: number)
                number += 1
            }
            start = position + 1
        }
        if start < text.count { list.append(text[start...], id: number) }
        return list
    }
}
