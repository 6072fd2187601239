// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// One kernel at one size, timed, beside the least time that this machine could take.
package struct KernelMeasurement: Sendable {
    /// What was done, such as `linear bf16`.
    package let name: String
    /// At which size, and what that costs.
    package let size: KernelSize
    /// The median.
    package let seconds: Double
    /// The larger of operations over their peak and bytes over the bandwidth.
    package let limit: Double
    /// True where bytes set the limit.
    package let isBoundByBytes: Bool
    /// Bytes read from memory a second, measured beside the kernel where it reads from there.
    package let memoryBandwidth: Double?
    /// The time over that of the plain kernel of the same shape, for its variants.
    package let cost: Double?

    /// The part of the limit that was reached, 1 is all.
    package var share: Double { limit / seconds }
}
