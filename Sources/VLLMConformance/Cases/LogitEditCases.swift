// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Changes to the logits before the draw.
enum LogitEditCases {
    private static let edits: [(String, LogitEdit, @Sendable (inout [Float]) -> Void)] = [
        (
            "allow", .allow([3, 70, 99, -1, 1 << 30]),
            { logits in
                for index in logits.indices where ![3, 70, 99].contains(index) { logits[index] = -.infinity }
            }
        ),
        ("ban", .ban([50, 1 << 30]), { $0[50] = -.infinity }),
        (
            "bias", .bias([(token: 7, value: 30), (token: 50, value: -2), (token: -5, value: 1)]),
            {
                $0[7] += 30
                $0[50] -= 2
            }
        ),
        (
            "repetition penalty", .repetitionPenalty(tokens: [50, 51], penalty: 4),
            {
                for token in [50, 51] { $0[token] = $0[token] > 0 ? $0[token] / 4 : $0[token] * 4 }
            }
        ),
    ]

    static var groups: [ConformanceGroup] {
        let cases = edits.indices.map { index in
            ConformanceCase(edits[index].0) { backend, result throws(DeviceError) in
                let (name, edit, apply) = edits[index]
                var numbers = Numbers(seed: 30)
                var values = numbers.floats(100, scale: 3)
                (values[50], values[51]) = (5, 4)
                let logits = try backend.matrix(values, rows: 1, columns: 100)
                var row = SamplingRow()
                row.edits = [edit]
                row.numLogprobs = 2
                let found = backend.sample(logits, rows: [row])
                var edited = values
                apply(&edited)
                let token = SamplingCases.likeliest(edited)
                result.expect(found.map { Int($0.token) }, [token], "token behind \(name)")
                // Log-probabilities are those of the logits before the edits.
                guard let logprobs = found.first?.logprobs else {
                    result.require(false, "no log-probabilities were reported")
                    return
                }
                LogprobCases.check(logprobs, of: token, in: values, numTop: 2, &result)
            }
        }
        return [ConformanceGroup(.sample, "edits", cases)]
    }
}
