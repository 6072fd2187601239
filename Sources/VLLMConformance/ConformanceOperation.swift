// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The operations of a backend, each with the groups of cases that check it: one line an operation.
///
/// Everything is compared with double precision, with tolerances derived from types and lengths. That is tighter
/// than comparing with another backend, whose errors would have to be allowed too.
package enum ConformanceOperation: String, Sendable, CaseIterable {
    case memory
    case embed
    case linear
    case experts
    case norm
    case rows
    case qkv
    case latent
    case attention
    case blocks
    case sample
    case logprobs

    /// The cases.
    package var groups: [ConformanceGroup] {
        switch self {
        case .memory: MemoryCases.groups
        case .embed: EmbeddingCases.groups
        case .linear: LinearCases.groups + LinearInvarianceCases.groups
        case .experts: ExpertCases.groups
        case .norm: NormCases.groups
        case .rows: RowCases.groups
        case .qkv: QueryKeyValueCases.groups
        case .latent: LatentCases.groups
        case .attention: AttentionCases.groups + AttentionInvarianceCases.groups
        case .blocks: BlockCases.groups
        case .sample: SamplingCases.groups + LogitEditCases.groups
        case .logprobs: LogprobCases.groups
        }
    }
}
