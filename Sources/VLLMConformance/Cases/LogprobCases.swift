// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Log-probabilities, ranks and the likeliest alternatives.
enum LogprobCases {
    static var groups: [ConformanceGroup] {
        let cases = [(1, 1), (7, 3), (100, -1), (1023, 20), (20_003, 5), (20_003, 0), (151_936, 20)].map {
            count, numTop in
            ConformanceCase("of \(count), top \(numTop)") { backend, result throws(DeviceError) in
                var numbers = Numbers(seed: 4)
                // Few distinct values in one row, so that there are ties.
                let rows = [
                    numbers.floats(count, scale: 30), (0..<count).map { _ in Float(numbers.below(50)) },
                ]
                let logits = try backend.matrix(Array(rows.joined()), rows: rows.count, columns: count)
                let tokens = [count / 3, count - 1]
                let found = backend.logprobs(logits, tokens: tokens.map(Int32.init), numTop: numTop)
                result.expect(found.count, rows.count, "number of rows")
                for (row, answer) in found.enumerated() {
                    check(answer, of: tokens[row], in: rows[row], numTop: numTop, &result)
                }
            }
        }
        return [ConformanceGroup(.logprobs, "of tokens", cases)]
    }

    /// Compares one row's answer with the logits'.
    static func check(
        _ found: RowLogprobs, of token: Int, in logits: [Float], numTop: Int, _ result: inout Comparison
    ) {
        let most = Double(logits.max() ?? 0)
        let sum = most + log(logits.reduce(0) { $0 + exp(Double($1) - most) })
        func logprob(_ token: Int) -> Bounded {
            let value = Double(logits[token]) - sum
            // A block's float sum has 64 roundings a lane and a tree; the sum and the difference are rounded once.
            let tolerance = RoundingError.float32 * (112 + 2 * abs(sum) + 2 * abs(value))
            return Bounded(value, tolerance: tolerance)
        }
        result.expect(Int(found.token), token, "token")
        result.expect(found.logprob, logprob(token), "log-probability of token \(token)")
        result.expect(found.rank, 1 + logits.count { $0 > logits[token] }, "rank of token \(token)")
        let order = logits.indices.sorted {
            logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1)
        }
        let top = Array(order.prefix(numTop < 0 ? logits.count : numTop))
        result.expect(found.topTokens.map(Int.init), top, "likeliest tokens")
        result.expect(found.topLogprobs, top.map(logprob), "log-probabilities of the likeliest")
    }
}
