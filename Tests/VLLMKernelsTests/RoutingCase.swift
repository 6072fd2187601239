// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMConformance

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Router logits of some tokens, and how experts are chosen from them.
struct RoutingCase {
    var experts = 8
    var k = 2
    var score = VLLM_SCORE_SOFTMAX
    var bias: [Float]?
    var groups = 1
    var chosenGroups = 1
    var addsPairs = false
    var normalizes = false
    var scale: Float = 1
    /// [tokens, experts]
    var logits: [Float]

    var tokens: Int { logits.count / experts }

    struct Result {
        let ids: [Int32]
        let weights: [Float]
        let starts: [Int32]
        let rows: [Int32]
        let rowWeights: [Float]
    }

    /// Chooses in pieces of some tokens.
    func run(_ set: InstructionSet, tokensAtOnce: Int = .max) -> Result {
        let input = Memory(logits)
        let added = Memory(bias ?? [0])
        let count = tokens * k
        let ids = Memory(bytes: count * 4)
        let weights = Memory(bytes: count * 4)
        let starts = Memory(bytes: (experts + 1) * 4)
        let rows = Memory(bytes: count * 4)
        let rowWeights = Memory(bytes: count * 4)
        var arguments = unsafe vllm_route_args()
        unsafe arguments.logits = UnsafePointer(input.pointer(to: Float.self))
        unsafe arguments.ld_logits = experts
        unsafe arguments.experts = Int32(experts)
        unsafe arguments.k = Int32(k)
        unsafe arguments.score = score
        unsafe arguments.bias = bias == nil ? nil : UnsafePointer(added.pointer(to: Float.self))
        unsafe arguments.groups = Int32(groups)
        unsafe arguments.chosen_groups = Int32(chosenGroups)
        unsafe arguments.group_pairs = addsPairs ? 1 : 0
        unsafe arguments.normalize = normalizes ? 1 : 0
        unsafe arguments.scale = scale
        unsafe arguments.ids = ids.pointer(to: Int32.self)
        unsafe arguments.weights = weights.pointer(to: Float.self)
        unsafe arguments.starts = starts.pointer(to: Int32.self)
        unsafe arguments.rows = rows.pointer(to: Int32.self)
        unsafe arguments.row_weights = rowWeights.pointer(to: Float.self)
        let step = min(tokensAtOnce, max(tokens, 1))
        for begin in stride(from: 0, to: tokens, by: step) {
            unsafe set.kernels.route(&arguments, Int32(begin), Int32(min(tokens, begin + step)))
        }
        unsafe vllm_group_rows(&arguments, Int32(tokens))
        return Result(
            ids: ids.array(of: Int32.self), weights: weights.array(of: Float.self),
            starts: starts.array(of: Int32.self), rows: rows.array(of: Int32.self),
            rowWeights: rowWeights.array(of: Float.self))
    }

    /// A token's experts, rising, and their weights, in double precision; `nearTie` where rounding may choose others.
    func reference(token: Int) -> (ids: [Int], weights: [Double], nearTie: Bool) {
        let x = logits[token * experts..<(token + 1) * experts].map(Double.init)
        var scores = x.map { 1 / (1 + exp(-$0)) }
        if score == VLLM_SCORE_SOFTMAX {
            let powers = x.map { exp($0 - (x.max() ?? 0)) }
            scores = powers.map { $0 / powers.reduce(0, +) }
        }
        let choice = scores.indices.map { scores[$0] + Double(bias?[$0] ?? 0) }
        let size = experts / groups
        let groupScores = (0..<groups).map { group in
            choice[group * size..<(group + 1) * size].sorted(by: >).prefix(addsPairs ? 2 : 1).reduce(0, +)
        }
        let (best, groupGap) = Self.largest(chosenGroups, of: groupScores)
        let open = choice.indices.map { best.contains($0 / size) ? choice[$0] : -.infinity }
        let (ids, gap) = Self.largest(k, of: open)
        let chosen = ids.map { scores[$0] }
        let sum = normalizes ? chosen.reduce(0, +) : 1
        return (ids, chosen.map { $0 / sum * Double(scale) }, min(gap, groupGap) < 1e-5)
    }

    /// The indices of the largest values, rising, and how far the next value is below them.
    private static func largest(_ count: Int, of values: [Double]) -> (indices: [Int], gap: Double) {
        let order = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
        let gap = count < values.count ? values[order[count - 1]] - values[order[count]] : .infinity
        return (order.prefix(count).sorted(), gap)
    }
}
