// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMTensors

extension LoadNote {
    /// Says of a checkpoint with weights in blocks which of them are kept as they are; nil where there are none.
    ///
    /// - Parameter quantization: what all weights are rounded to anyway, by its name.
    init?(blocksOf checkpoint: Checkpoint, quantization: String?) {
        let formats = checkpoint.blockFormats
        guard !formats.isEmpty else { return nil }
        func listed(_ formats: [(format: BlockFormat, count: Int)]) -> String {
            formats.map { "\($0.count) \($0.format.rawValue)" }.joined(separator: ", ")
        }
        var sentences: [String] = []
        if let quantization {
            sentences.append("all weights (\(listed(formats))) are rounded to \(quantization)")
        } else {
            let kept = formats.filter { $0.format.ownWidth != nil }
            let held = formats.filter { $0.format.isHeldByQ8_0 }
            let rounded = formats.filter { $0.format.ownWidth == nil && !$0.format.isHeldByQ8_0 }
            if !kept.isEmpty { sentences.append("\(listed(kept)) tensors are run as they are stored") }
            if !held.isEmpty {
                sentences.append("\(listed(held)) tensors take eight bits, which hold them exactly")
            }
            if !rounded.isEmpty { sentences.append("\(listed(rounded)) tensors are rounded to eight bits") }
        }
        self.init(isWarning: false, text: "Weights in blocks: \(sentences.joined(separator: "; ")).")
    }
}
