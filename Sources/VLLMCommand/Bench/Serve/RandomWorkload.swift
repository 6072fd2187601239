// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import VLLMTokenizers

/// Requests of random tokens, with lengths that are evenly distributed around a mean.
package struct RandomWorkload: Sendable, Hashable {
    /// Mean length of a prompt behind its prefix.
    package var inputLength = 1024
    /// Mean number of tokens that are generated.
    package var outputLength = 128
    /// How far lengths lie from their mean: within (1 ± ratio) times the mean.
    package var rangeRatio = 0.0
    /// Tokens that all prompts begin with alike.
    package var prefixLength = 0
    /// Ids are below this where there is no tokenizer.
    package var vocabularySize = 1000

    /// Most tokens of all prompts together.
    private static let sizeLimit = 1 << 28
    /// Ids below this are special in many vocabularies.
    private static let firstID: Int32 = 100

    /// Creates a workload of vLLM's lengths.
    package init() {}

    /// Makes the requests: of ids, or of text where there is a tokenizer.
    package func requests(count: Int, tokenizer: Tokenizer?, using generator: inout SeededGenerator)
        throws -> [ServeRequest]
    {
        let ids = try vocabulary(tokenizer)
        let special = try tokenizer.map { try $0.encode("").count } ?? 0
        let inputs = try range(of: max(0, inputLength - special), least: 0)
        let outputs = try range(of: outputLength, least: 1)
        try check(count: count, inputs: inputs)
        let prefix = draw(prefixLength, of: ids, using: &generator)
        return try (0..<count).map { _ in
            let length = Int.random(in: inputs, using: &generator)
            var tokens = prefix + draw(length, of: ids, using: &generator)
            let outputLength = Int.random(in: outputs, using: &generator)
            var prompt = ServePrompt.tokens(tokens)
            if let tokenizer {
                prompt = .text(try text(&tokens, ids, tokenizer, using: &generator))
            }
            return ServeRequest(
                prompt: prompt, promptTokens: tokens.count + special, outputTokens: outputLength)
        }
    }

    private func check(count: Int, inputs: ClosedRange<Int>) throws(UsageError) {
        guard prefixLength + inputs.lowerBound >= 1 else {
            throw UsageError("--random-input-len is too small: a prompt could be empty.")
        }
        let (total, overflow) = count.multipliedReportingOverflow(by: prefixLength + inputs.upperBound)
        guard !overflow, total <= Self.sizeLimit else {
            throw UsageError(
                "all prompts together should have at most \(Quantity.grouped(Self.sizeLimit)) tokens."
            )
        }
    }

    private func range(of mean: Int, least: Int) throws(UsageError) -> ClosedRange<Int> {
        guard (0..<1).contains(rangeRatio) else {
            throw UsageError("--random-range-ratio should be at least 0 and below 1.")
        }
        guard (0...ServeRequest.tokenLimit).contains(mean),
            (0...ServeRequest.tokenLimit).contains(prefixLength)
        else {
            throw UsageError("--random-…-len should be from 0 to \(ServeRequest.tokenLimit).")
        }
        let range = LengthDistribution.range(around: mean, ratio: rangeRatio)
        return max(range.lowerBound, least)...max(range.upperBound, least)
    }

    private func vocabulary(_ tokenizer: Tokenizer?) throws(UsageError) -> [Int32] {
        guard let tokenizer else {
            guard (Int(Self.firstID) + 1...1 << 24).contains(vocabularySize) else {
                throw UsageError("--random-vocab-size should be from \(Self.firstID + 1) to \(1 << 24).")
            }
            return Array(Self.firstID..<Int32(vocabularySize))
        }
        let special = Set(tokenizer.specialTokenIDs)
        let ids = tokenizer.allIDs.filter { !special.contains($0) }
        guard !ids.isEmpty else { throw UsageError("--tokenizer has only special tokens.") }
        return ids
    }

    private func draw(_ count: Int, of ids: [Int32], using generator: inout SeededGenerator) -> [Int32] {
        (0..<count).map { _ in ids[Int.random(in: 0..<ids.count, using: &generator)] }
    }

    /// The text of tokens, which are made to be those that the tokenizer finds in it.
    ///
    /// A text of random tokens has others than it was made of; so it is cut or lengthened, at most ten times.
    private func text(
        _ tokens: inout [Int32], _ ids: [Int32], _ tokenizer: Tokenizer,
        using generator: inout SeededGenerator
    ) throws -> String {
        let wanted = tokens.count
        var text = ""
        for round in 1...10 {
            text = tokenizer.decode(tokens)
            tokens = try tokenizer.encode(text, addSpecialTokens: false)
            if tokens.count == wanted || round == 10 { break }
            let missing = max(0, wanted - tokens.count)
            tokens = tokens.prefix(wanted) + draw(missing, of: ids, using: &generator)
        }
        return text
    }
}
