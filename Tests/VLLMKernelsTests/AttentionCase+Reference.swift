// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension AttentionCase {
    /// The answer in double precision, laid out as `run` does.
    func reference() -> [Double] {
        var answer: [Double] = []
        for (index, sequence) in sequences.enumerated() {
            let (q, k, v) = (query(index), keys(index), values(index))
            for position in (sequence.context - sequence.queries)..<sequence.context {
                for head in 0..<heads { answer += row(q, k, v, position: position, head: head) }
            }
        }
        return answer
    }

    private func row(_ q: [Float], _ k: [Float], _ v: [Float], position: Int, head: Int) -> [Double] {
        let kvHead = head / (heads / kvHeads)
        let first = window > 0 ? max(0, position - window + 1) : 0
        var scores: [Double] = []
        for token in first...position {
            var sum = 0.0
            for d in 0..<dim {
                sum +=
                    Double(q[(position * heads + head) * dim + d])
                    * Double(k[(token * kvHeads + kvHead) * dim + d])
            }
            sum *= Double(scale)
            if softCap > 0 { sum = Double(softCap) * tanh(sum / Double(softCap)) }
            if !alibi.isEmpty { sum += Double(alibi[head]) * Double(token - position) }
            scores.append(sum)
        }
        let most = scores.max() ?? 0
        let weights = scores.map { exp($0 - most) }
        let total = weights.reduce(0, +)
        var sums = [Double](repeating: 0, count: dim)
        for (offset, weight) in weights.enumerated() {
            for d in 0..<dim {
                sums[d] += weight / total * Double(v[((first + offset) * kvHeads + kvHead) * dim + d])
            }
        }
        return sums
    }
}
