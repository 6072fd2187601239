// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMTokenizers

extension GGUFVocabulary {
    private static let prefix = "tokenizer.ggml."

    /// Reads the vocabulary of a GGUF file's metadata; nil where it has none.
    init?(_ metadata: GGUFMetadata) throws(CheckpointError) {
        let keys = Self.prefix
        guard let model = try metadata.reader.string(keys + "model"), model != "none",
            let tokens = try metadata.strings(keys + "tokens")
        else { return nil }
        self.init(model: model, tokens: tokens)
        pre = try metadata.reader.string(keys + "pre")
        scores = try metadata.floats(keys + "scores") ?? []
        tokenTypes = try metadata.integers(keys + "token_type")?.map { Int32(clamping: $0) } ?? []
        merges = try metadata.strings(keys + "merges") ?? []
        func token(_ name: String) throws(CheckpointError) -> Int32? {
            let key = "\(keys)\(name)_token_id"
            guard metadata.values[key] != nil else { return nil }
            // Some files write that there is none so.
            let id = try metadata.reader.int(key, in: -1...Int(UInt32.max))
            return (0..<tokens.count).contains(id) ? Int32(clamping: id) : nil
        }
        func truth(_ name: String) throws(CheckpointError) -> Bool? {
            metadata.values[keys + name] == nil ? nil : try metadata.reader.bool(keys + name, default: false)
        }
        beginningOfSequenceID = try token("bos")
        endOfSequenceID = try token("eos")
        unknownID = try token("unknown")
        let misspelled = try token("seperator")
        separatorID = try token("separator") ?? misspelled
        paddingID = try token("padding")
        classID = try token("cls")
        maskID = try token("mask")
        addsBeginningOfSequence = try truth("add_bos_token")
        addsEndOfSequence = try truth("add_eos_token")
        addsSeparator = try truth("add_sep_token")
        addsSpacePrefix = try truth("add_space_prefix")
        removesExtraWhitespace = try truth("remove_extra_whitespaces")
        let map = try metadata.integers(keys + "precompiled_charsmap") ?? []
        precompiledCharacterMap = map.map { UInt8(truncatingIfNeeded: $0) }
    }

    /// The special tokens' texts under the names of tokenizer_config.json.
    var specialTokens: [String: String] {
        let ids = [
            "bos_token": beginningOfSequenceID, "eos_token": endOfSequenceID, "unk_token": unknownID,
            "sep_token": separatorID, "pad_token": paddingID, "cls_token": classID, "mask_token": maskID,
        ]
        return ids.compactMapValues { id in
            id.flatMap { tokens.indices.contains(Int($0)) ? tokens[Int($0)] : nil }
        }
    }
}
