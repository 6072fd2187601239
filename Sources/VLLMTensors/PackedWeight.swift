// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A weight in a backend's own layout.
package struct PackedWeight: Sendable, Hashable {
    /// Rows that are stored alike, behind those of the run before.
    package struct Run: Sendable, Hashable {
        /// How their numbers are stored.
        package let format: WeightFormat
        /// Logical rows.
        package let outputs: Int
        /// Where they begin, in bytes behind the weight's address.
        package let offset: Int

        package init(format: WeightFormat, outputs: Int, offset: Int) {
            (self.format, self.outputs, self.offset) = (format, outputs, offset)
        }
    }

    /// Where it stands.
    package let address: UInt
    /// All rows, in order; a gated weight has one run.
    package let runs: [Run]
    /// Logical rows, of all parts.
    package let outputs: Int
    /// Logical columns.
    package let inputs: Int
    /// True where gate and up are interleaved.
    package let isGated: Bool
    /// Bytes it takes.
    package let sizeInBytes: Int

    /// A weight that is stored alike throughout.
    package init(
        address: UInt, format: WeightFormat, outputs: Int, inputs: Int, isGated: Bool, sizeInBytes: Int
    ) {
        self.init(
            address: address, runs: [Run(format: format, outputs: outputs, offset: 0)], inputs: inputs,
            isGated: isGated, sizeInBytes: sizeInBytes)
    }

    package init(address: UInt, runs: [Run], inputs: Int, isGated: Bool, sizeInBytes: Int) {
        precondition(runs.count == 1 || !runs.isEmpty && !isGated)
        self.address = address
        self.runs = runs
        outputs = runs.reduce(0) { $0 + $1.outputs }
        self.inputs = inputs
        self.isGated = isGated
        self.sizeInBytes = sizeInBytes
    }

    /// The format of the first rows: of all where there is one run.
    package var format: WeightFormat { runs[0].format }
}

/// A float32 vector that lives as long as the model: a norm's weight, a bias (padded as the backend needs).
package struct PackedVector: Sendable, Hashable {
    /// Where it stands.
    package let address: UInt
    /// Logical elements.
    package let count: Int

    package init(address: UInt, count: Int) {
        self.address = address
        self.count = count
    }
}
