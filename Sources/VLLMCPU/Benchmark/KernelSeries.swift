// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// A size of a kernel, and the work that it is.
package struct KernelSize: Sendable {
    /// Such as `0.5B down m=32`.
    package let shape: String
    /// What limits the arithmetic.
    package let peak: KernelPeak
    package let operations: Double
    /// Bytes that have to be moved.
    package let bytes: Double
    /// From where.
    package let source: KernelSource
    /// The shape of the plain kernel whose time this one's is compared with.
    package let plainShape: String?
    /// Seconds that two cores should take at most, where that has been decided.
    package let target: Double?

    package init(
        shape: String, peak: KernelPeak, operations: Double, bytes: Double, source: KernelSource,
        plainShape: String? = nil, target: Double? = nil
    ) {
        (self.shape, self.peak, self.operations) = (shape, peak, operations)
        (self.bytes, self.source) = (bytes, source)
        (self.plainShape, self.target) = (plainShape, target)
    }
}

/// A kernel over some sizes that share operands.
package struct KernelSeries {
    package typealias Work = () -> Void

    /// Such as `linear bf16`.
    package let name: String
    /// The sizes, a plain one before its variants.
    package let sizes: [KernelSize]
    /// Reserves operands, or takes those of an earlier size, and gives what is timed.
    let prepare: (_ index: Int, _ memory: BenchmarkMemory) throws(DeviceError) -> Work
}

/// What the kernels are timed for.
package struct KernelGrid: Sendable {
    /// Whose shapes are taken.
    package var models: [KernelModel]
    /// Tokens of a step, for the linear layers.
    package var rows: [Int]
    /// Tokens of a step, for what costs little.
    package var fewRows: [Int]

    /// Heads of sizes that none of the models has are timed too.
    package var otherHeads: Bool

    package init(models: [KernelModel], rows: [Int], otherHeads: Bool) {
        (self.models, self.rows, self.otherHeads) = (models, rows, otherHeads)
        let few = rows.filter { [1, 32, 512].contains($0) }
        fewRows = few.isEmpty ? rows : few
    }

    /// Every kernel that is timed: one line a kind.
    package var series: [KernelSeries] {
        LinearKernel.series(self) + AttentionKernel.series(self) + SplitKernel.series(self)
            + NormKernel.series(self) + RoundingKernel.series(self) + SamplingKernel.series(self)
            + EmbeddingKernel.series(self) + ExpertsKernel.series(self)
    }
}
