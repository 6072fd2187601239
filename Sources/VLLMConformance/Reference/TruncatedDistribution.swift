// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The tokens that truncation keeps, in order of index, with their weights, in double precision.
package struct TruncatedDistribution: Sendable {
    package let tokens: [(index: Int, weight: Double)]
    /// The sum of the weights.
    package let total: Double

    /// Temperature, then min-p, then top-k, then top-p.
    package init(_ x: [Float], temperature: Double, topK: Int, topP: Double, minP: Double) {
        let most = Double(x.max() ?? 0)
        var order = x.indices.map { (index: $0, weight: exp((Double(x[$0]) - most) / temperature)) }
        order.sort { $0.weight > $1.weight || ($0.weight == $1.weight && $0.index < $1.index) }
        order = order.filter { $0.weight >= minP }
        if topK > 0 { order = Array(order.prefix(topK)) }
        let total = order.reduce(0) { $0 + $1.weight }
        var mass = 0.0
        var count = 0
        while count < order.count, count == 0 || mass < topP * total {
            mass += order[count].weight
            count += 1
        }
        order = Array(order.prefix(topP < 1 ? max(count, 1) : order.count))
        tokens = order.sorted { $0.index < $1.index }
        self.total = tokens.reduce(0) { $0 + $1.weight }
    }

    /// Draws in the middle of a token's share, for about `count` tokens whose share is not tiny.
    package func draws(count: Int) -> [(uniform: Double, token: Int)] {
        var before = 0.0
        var draws: [(uniform: Double, token: Int)] = []
        for (position, token) in tokens.enumerated() {
            if position % (1 + tokens.count / count) == 0, token.weight / total > 1e-3 {
                draws.append(((before + token.weight / 2) / total, token.index))
            }
            before += token.weight
        }
        return draws
    }
}
