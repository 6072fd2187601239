// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Turns text into token ids and back, as Hugging Face's `tokenizers` does with the same files.
///
/// Safe to use from any number of threads at once. Encodings share caches of recent words, a few at most.
public final class Tokenizer: Sendable {
    /// How many sets of working memory are kept for later calls.
    private static let keptScratches = 4

    let normalizer: Normalizer?
    let preTokenizer: PreTokenizer
    let model: any TokenEncoder
    /// The model's vocabulary.
    let tokens: TokenTable
    let postProcessor: PostProcessor
    let decoder: DecoderChain
    let added: AddedVocabulary
    let table: DecodingTable
    private let roles: TokenRoles
    private let scratches = Mutex<[EncoderScratch]>([])

    /// Compiles a definition.
    ///
    /// - Throws: `TokenizerError` if ids are out of range, a merge names an unknown token, the token for what is not known
    ///   is none, or a pattern is malformed.
    public convenience init(_ definition: TokenizerDefinition) throws(TokenizerError) {
        do throws(TokenizerError) {
            try self.init(compiling: definition)
        } catch {
            var error = error
            error.file = error.file ?? definition.files.file(with: error.context)
            throw error
        }
    }

    private init(compiling definition: TokenizerDefinition) throws(TokenizerError) {
        let normalizer: Normalizer? =
            if let normalizer = definition.normalizer { try Normalizer(normalizer) } else { nil }
        let preTokenizer = try PreTokenizer(
            definition.preTokenizer, modelReadsBytes: definition.model.canReadBytes)
        switch definition.model {
        case .bytePairEncoding(let description):
            model = try BytePairEncoder(description, readsBytes: preTokenizer.endsInBytes)
        case .unigram(let description): model = try UnigramEncoder(description)
        case .wordPiece(let description): model = try WordPieceEncoder(description)
        case .wordLevel(let description): model = try WordLevelEncoder(description)
        }
        tokens = model.tokens
        added = try AddedVocabulary(definition.addedTokens, model: tokens, normalizer: normalizer)
        decoder = try DecoderChain(definition.decoder)
        postProcessor = try PostProcessor(definition.postProcessor) { [added, tokens] name in
            added.ids[name] ?? tokens.id(Array(name.utf8))
        }
        let idCount = max(tokens.idCount, Int((added.tokens.keys.max() ?? -1) + 1))
        table = DecodingTable(tokens, added, idCount: idCount, asBytes: decoder.readsBytes)
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        roles = definition.roles
    }

    /// Returns working memory that no other call uses, with the words of earlier calls.
    func takeScratch() -> EncoderScratch {
        scratches.withLock { $0.popLast() } ?? EncoderScratch()
    }

    /// Keeps working memory for later calls.
    func keepScratch(_ scratch: consuming EncoderScratch) {
        scratch.dropLargeBuffers()
        let kept = scratch
        scratches.withLock { list in
            if list.count < Self.keptScratches { list.append(kept) }
        }
    }

    // MARK: The vocabulary

    /// One more than the largest id: every id is in `0..<vocabularySize`. Not every such id needs to have a
    /// token.
    public var vocabularySize: Int { table.idCount }

    /// All ids that have a token, in order.
    public var allIDs: [Int32] { (0..<Int32(table.idCount)).filter(table.exists) }

    /// The ids of special tokens, in order.
    public var specialTokenIDs: [Int32] { added.tokens.keys.filter(table.isSpecial).sorted() }

    /// Whether an id is that of a special token, which decoding may skip.
    public func isSpecial(_ id: Int32) -> Bool { table.isSpecial(id) }

    /// Returns the token of an id as the vocabulary has it (`Ġhello`), or nil if the id has none.
    ///
    /// An added token that is looked for in normalized text is given normalized.
    public func token(for id: Int32) -> String? {
        if let text = added.texts[id] { return text }
        guard let range = tokens.range(of: id) else { return nil }
        return String(decoding: tokens.storage[range], as: UTF8.self)
    }

    /// Returns the id of a token as the vocabulary has it, or nil if there is none.
    public func id(for token: String) -> Int32? {
        added.ids[token] ?? tokens.id(Array(token.utf8))
    }

    /// The id of the token that begins a sequence, if the files name one.
    public var beginningOfSequenceID: Int32? { roles.beginningOfSequence.flatMap(id) }
    /// The id of the token that ends a sequence, if the files name one.
    public var endOfSequenceID: Int32? { roles.endOfSequence.flatMap(id) }
    /// The id of the token that fills a sequence up, if the files name one.
    public var paddingID: Int32? { roles.padding.flatMap(id) }
    /// The id of the token for what the vocabulary does not have, if the files name one.
    public var unknownID: Int32? { roles.unknown.flatMap(id) }
}
