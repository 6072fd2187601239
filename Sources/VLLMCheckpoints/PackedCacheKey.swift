// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What decides the bytes of a model's packed weights, in lines that are compared as they are.
package struct PackedCacheKey: Sendable, Hashable {
    /// How they are packed, then the files that they are made of.
    package let lines: [String]

    /// - Parameters:
    ///   - packing: backend, layout, type and rounding, as the engine's numerics id names them.
    ///   - identity: of the checkpoint.
    package init(packing: String, identity: [String]) { lines = ["packing: \(packing)"] + identity }

    init(text: String) { lines = text.split(separator: "\n").map(String.init) }

    /// The lines as one text.
    var text: String { lines.joined(separator: "\n") }

    /// One sentence on how weights with another key differ from those wanted.
    func mismatch(_ other: PackedCacheKey) -> String {
        guard other.lines.first == lines.first else {
            return
                "holds weights packed in another way (\(other.lines.first ?? "unknown"), wanted \(lines.first ?? ""))."
        }
        let known = Set(other.lines)
        let changed = lines.filter { !known.contains($0) }.map { $0.prefix { $0 != ":" } }
        let names = changed.isEmpty ? "more files" : changed.joined(separator: ", ")
        return "was made from other files, or they have changed since (\(names))."
    }
}
