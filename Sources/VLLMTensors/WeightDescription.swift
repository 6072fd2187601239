// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a linear layer's weight is, logically; the backend decides how it is laid out.
package struct WeightDescription: Sendable {
    /// How the parts make one matrix.
    package enum Arrangement: Sendable, Hashable {
        /// One below the other: the merged projection of queries, keys and values.
        case stacked
        /// Two parts of equal shape, gate then up, whose outputs a gated activation joins.
        case gated
    }

    /// The parts, each [outputs, inputs] with the same inputs.
    package let parts: [TensorSource]
    /// How they are joined.
    package let arrangement: Arrangement
    /// How each part's numbers are to be stored: what it has is rounded to that. Gate and up are stored alike.
    package let formats: [WeightFormat]

    package init(parts: [TensorSource], arrangement: Arrangement = .stacked, format: WeightFormat) {
        self.init(
            parts: parts, arrangement: arrangement,
            formats: [WeightFormat](repeating: format, count: parts.count))
    }

    package init(parts: [TensorSource], arrangement: Arrangement = .stacked, formats: [WeightFormat]) {
        precondition(formats.count == parts.count)
        self.parts = parts
        self.arrangement = arrangement
        self.formats = formats
    }

    /// Rows of all parts.
    package var outputs: Int { parts.reduce(0) { $0 + $1.rows } }
    /// Columns of each part.
    package var inputs: Int { parts.first?.columns ?? 0 }

    /// A name of how its numbers are stored, for files and messages.
    package var formatName: String {
        let names = formats.map(\.name)
        return Set(names).count > 1 ? names.joined(separator: "+") : names.first ?? ""
    }
}
