// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Named as ggml does.
// swift-format-ignore: AlwaysUseLowerCamelCase
/// Numbers in blocks that have factors of their own, as ggml lays them out: what the tensors of a GGUF file may hold.
///
/// A row is whole blocks, one after the other.
public enum BlockFormat: String, Sendable, Hashable, CaseIterable {
    case q4_0 = "Q4_0"
    case q4_1 = "Q4_1"
    case q5_0 = "Q5_0"
    case q5_1 = "Q5_1"
    case q8_0 = "Q8_0"
    case q2K = "Q2_K"
    case q3K = "Q3_K"
    case q4K = "Q4_K"
    case q5K = "Q5_K"
    case q6K = "Q6_K"
    case iq4NL = "IQ4_NL"
    case iq4XS = "IQ4_XS"
    case mxfp4 = "MXFP4"

    /// Numbers of a block, neighbours in a row.
    public var length: Int {
        switch self {
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4NL, .mxfp4: 32
        case .q2K, .q3K, .q4K, .q5K, .q6K, .iq4XS: 256
        }
    }

    /// Bytes of a block.
    public var size: Int {
        switch self {
        case .mxfp4: 17
        case .q4_0, .iq4NL: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q2K: 84
        case .q3K: 110
        case .iq4XS: 136
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        }
    }

    /// The packed format that holds these very numbers in about as many bits; nil where there is none.
    package var ownWidth: WeightFormat? {
        switch self {
        case .q4_0: .int4(group: 32, hasMinimums: false)
        case .q5_0: .blocks(.q5_0)
        case .q8_0: .blocks(.q8_0)
        case .q4K: .blocks(.q4K)
        case .q6K: .blocks(.q6K)
        case .q4_1, .q5_1, .q2K, .q3K, .q5K, .iq4NL, .iq4XS, .mxfp4: nil
        }
    }

    /// True for blocks of 32 with one factor whose codes stand for whole numbers of up to eight bits: Q8_0 holds these very
    /// numbers, in more bits.
    package var isHeldByQ8_0: Bool { self == .iq4NL || self == .mxfp4 }

    /// The packed format that its tensors are multiplied in: the numbers' own, or eight bits that hold them or that they
    /// are rounded to.
    package var packed: WeightFormat { ownWidth ?? .blocks(.q8_0) }
}
