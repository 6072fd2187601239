// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors

extension LoadNote {
    /// Rows of two tables that are compared; a head that was trained apart differs in all of them.
    private static let comparedRows = 64

    /// Says of a checkpoint whose head is the embeddings that its files have another; nil where they have not, or have
    /// one that could not take their place.
    init?(tiedHeadOf checkpoint: Checkpoint, _ configuration: DecoderConfiguration, on backend: any Backend) {
        let (head, table) = ("\(configuration.names.head).weight", "\(configuration.names.embedding).weight")
        guard configuration.tiesEmbeddings, head != table, checkpoint.has(head), checkpoint.has(table) else {
            return nil
        }
        let (rows, columns) = (configuration.vocabularySize, configuration.embeddingWidth)
        guard let own = try? checkpoint.matrix(head, rows: rows, columns: columns),
            let shared = try? checkpoint.matrix(table, rows: rows, columns: columns)
        else { return nil }
        let differs = stride(from: 0, to: rows, by: max(1, rows / Self.comparedRows)).contains { row in
            backend.values(ofRow: row, in: own) != backend.values(ofRow: row, in: shared)
        }
        guard differs else { return nil }
        self.init(
            isWarning: true,
            text:
                "The files have a head of their own ('\(head)'), but tie_word_embeddings is true, so that the embeddings are used; --hf-overrides '{\"tie_word_embeddings\": false}' uses the head."
        )
    }

    /// Says of rotary positions that depend on the longest sequence which length they were made for; nil where they are
    /// those of training.
    init?(stretchOf configuration: DecoderConfiguration, to length: Int) {
        guard case .rotary(let rotary) = configuration.positions else { return nil }
        let trained: Double
        switch rotary.scaling {
        case .dynamic(_, let positions): trained = positions
        case .longRoPE(let scaling) where scaling.short != scaling.long: trained = scaling.trainedPositions
        default: return nil
        }
        guard Double(length) > trained else { return nil }
        self.init(
            isWarning: false,
            text:
                "Rotary positions are scaled for sequences of up to \(length) tokens, as config.json asks; where none is longer than the \(Int(trained)) of training, --max-model-len \(Int(trained)) leaves them as they were trained."
        )
    }
}
