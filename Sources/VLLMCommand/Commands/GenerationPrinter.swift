// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMJSON
import VLLMTypes

/// Prints outputs in the order of their prompts, each as soon as it and all before it are there.
final class GenerationPrinter: Sendable {
    private struct State {
        var next = 0
        var waiting: [Int: RequestOutput] = [:]
        var isOpen = true
    }

    private let isJSON: Bool
    private let count: Int
    private let state = Mutex(State())

    /// Creates a printer for so many prompts.
    init(count: Int, isJSON: Bool) {
        self.count = count
        self.isJSON = isJSON
    }

    /// Takes the whole output of a prompt.
    func take(_ output: RequestOutput, index: Int) {
        state.withLock { state in
            state.waiting[index] = output
            while let output = state.waiting.removeValue(forKey: state.next) {
                if state.isOpen { state.isOpen = print(output, index: state.next) }
                state.next += 1
            }
        }
    }

    private func print(_ output: RequestOutput, index: Int) -> Bool {
        var text = ""
        for sequence in output.outputs {
            if isJSON {
                let object = GenerationRecord.object(output, sequence, index: index)
                text += JSONWriter().string(.object(object)) + "\n"
            } else {
                text += heading(output, sequence, index: index) + sequence.text + "\n"
            }
        }
        return Terminal.print(text)
    }

    private func heading(_ output: RequestOutput, _ sequence: CompletionOutput, index: Int) -> String {
        guard count > 1 || output.outputs.count > 1 else { return "" }
        let start =
            (output.prompt ?? "").split(whereSeparator: \.isNewline).first.map { String($0.prefix(60)) } ?? ""
        let name = output.outputs.count > 1 ? "\(index).\(sequence.index)" : "\(index)"
        return "--- \(name): \(start)\n"
    }
}
