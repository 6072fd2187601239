// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How a checkpoint stores a tensor's numbers.
package enum StoredFormat: Sendable, Hashable {
    /// Each by itself.
    case numbers(DType)
    /// In blocks, whole ones a row.
    case blocks(BlockFormat)

    /// A name for messages.
    package var name: String {
        switch self {
        case .numbers(let dtype): dtype.rawValue
        case .blocks(let format): format.rawValue
        }
    }

    /// Bytes of so many numbers: whole blocks.
    package func sizeInBytes(_ count: Int) -> Int {
        switch self {
        case .numbers(let dtype): count * dtype.size
        case .blocks(let format): count / format.length * format.size
        }
    }
}
