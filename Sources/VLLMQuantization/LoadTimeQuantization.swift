// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// What the weights of any checkpoint are rounded to as they are packed.
///
/// Embedding and output head are kept at eight bits: they decide single tokens.
package struct LoadTimeQuantization: Sendable, Hashable {
    /// The format of linear layers.
    package let linear: WeightFormat
    /// The format of the embedding and the output head.
    package let table: WeightFormat

    /// The quantizations by their names on the command line.
    package static let all: [(name: String, quantization: LoadTimeQuantization)] =
        [("int8", LoadTimeQuantization(linear: .int8, table: .int8))]
        + [("int4", 32), ("int4-g64", 64), ("int4-g128", 128)].map { name, group in
            (name, LoadTimeQuantization(linear: .int4(group: group, hasMinimums: false), table: .int8))
        }

    /// The quantization of a name; nil where there is none.
    package static func named(_ name: String) -> LoadTimeQuantization? {
        all.first { $0.name == name }?.quantization
    }
}
