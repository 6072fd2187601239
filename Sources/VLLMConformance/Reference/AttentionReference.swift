// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Attention in double precision.
package struct AttentionReference: Sendable {
    package var heads: Int
    package var kvHeads: Int
    package var headDim: Int
    package var scale: Float
    package var softCap: Float = 0
    package var window = 0
    /// A slope a head; empty for none.
    package var slopes: [Float] = []
    /// A score a head of a position without a value; empty for none.
    package var sinks: [Float] = []
    /// Elements of a value.
    package var valueDim: Int

    package init(heads: Int, kvHeads: Int, headDim: Int, scale: Float) {
        (self.heads, self.kvHeads, self.headDim, self.scale) = (heads, kvHeads, headDim, scale)
        valueDim = headDim
    }

    /// One head's output for a query.
    ///
    /// - Parameters:
    ///   - query: the head's, [headDim].
    ///   - keys: the sequence's, [tokens, kvHeads, headDim]; `values` likewise, of `valueDim`.
    package func row(
        _ query: some Collection<Float>, keys: [Float], values: [Float], position: Int, head: Int
    ) -> [Double] {
        let query = query.map(Double.init)
        let kvHead = head / (heads / kvHeads)
        let first = window > 0 ? max(0, position - window + 1) : 0
        var scores: [Double] = []
        for token in first...position {
            var sum = 0.0
            let start = (token * kvHeads + kvHead) * headDim
            for d in 0..<headDim { sum += query[d] * Double(keys[start + d]) }
            sum *= Double(scale)
            if softCap > 0 { sum = Double(softCap) * tanh(sum / Double(softCap)) }
            if !slopes.isEmpty { sum += Double(slopes[head]) * Double(token - position) }
            scores.append(sum)
        }
        let sink = sinks.isEmpty ? -Double.infinity : Double(sinks[head])
        let most = max(scores.max() ?? 0, sink)
        let weights = scores.map { exp($0 - most) }
        let total = weights.reduce(exp(sink - most), +)
        var sums = [Double](repeating: 0, count: valueDim)
        for (offset, weight) in weights.enumerated() {
            let start = ((first + offset) * kvHeads + kvHead) * valueDim
            for d in 0..<valueDim { sums[d] += weight / total * Double(values[start + d]) }
        }
        return sums
    }

    /// How far an output may be from its value, for values below 1 in magnitude.
    ///
    /// Scores below 32 in magnitude carry headDim + 4 roundings; a split of 512 positions sums as many weights, and
    /// a merge of two splits rounds a few times; weights held as bfloat16 are rounded by half a unit.
    package func tolerance(cache: DType, output: DType, context: Int) -> Double {
        let unit = RoundingError.float32
        return 32 * Double(headDim + 4) * unit + (600 + 4 * Double(context / 512)) * unit
            + (cache == .bfloat16 ? 2 * RoundingError.bfloat16 : 0)
            + (output == .bfloat16 ? RoundingError.bfloat16 : 0)
    }
}
