// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

/// A logits processor that lets no sequence of n tokens come twice: transformers' `no_repeat_ngram_size`.
///
/// Over HTTP: `"logits_processors": [{"qualname": "no-repeat-ngram", "kwargs": {"size": 3}}]`.
struct NoRepeatNGram: LogitsProcessor {
    private let size: Int

    init(_ arguments: JSONObject) throws {
        let size = arguments["size"] ?? 3
        guard let size = size.intValue, size >= 1 else {
            throw RequestError("logits_processors", "size should be a whole number from 1, is \(size).")
        }
        self.size = size
    }

    func process(_ logits: inout MutableSpan<Float>, _ context: SamplingContext) {
        let tokens = context.promptTokenIDs + context.outputTokenIDs
        let last = tokens.suffix(size - 1)
        guard last.count == size - 1 else { return }
        for start in tokens.indices.dropLast(size - 1) {
            let end = start + size - 1
            if tokens[start..<end].elementsEqual(last) { logits[Int(tokens[end])] = -.infinity }
        }
    }
}
