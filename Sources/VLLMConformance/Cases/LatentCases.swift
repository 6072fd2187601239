// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What stands before latent attention: queries and keys from projections, and a product a head.
enum LatentCases {
    private static let (heads, content, latent) = (3, 10, 24)
    private static let (tokens, blockSize) = (9, 16)

    static var groups: [ConformanceGroup] {
        DType.floating.map { dtype in
            let styles = [(RotaryStyle.interleaved, "by pairs"), (.halves, "by halves")]
            var cases = styles.flatMap { style, name in
                [2, 6, 16].map { rotaryDim in
                    ConformanceCase("\(rotaryDim) turned \(name)") { backend, result throws(DeviceError) in
                        try checkSplit(backend, dtype, style, rotaryDim: rotaryDim, &result)
                    }
                }
            }
            for (rows, inputs, outputs) in [(1, 16, 24), (5, 10, 33), (40, 64, 80)] {
                cases.append(
                    ConformanceCase("\(rows)×\(outputs)×\(inputs) a head") {
                        backend, result throws(DeviceError) in
                        try checkProducts(
                            backend, dtype, rows: rows, inputs: inputs, outputs: outputs, &result)
                    })
            }
            return ConformanceGroup(.latent, dtype.label, cases)
        }
    }

    private static func queryType(_ cache: DType) -> DType { cache == .bfloat16 ? .bfloat16 : .float32 }

    private static func checkSplit(
        _ backend: any Backend, _ cache: DType, _ style: RotaryStyle, rotaryDim: Int,
        _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 31)
        let width = content + rotaryDim
        let keyDim = latent + rotaryDim
        let queries = numbers.floats(tokens * heads * width)
        let latents = numbers.floats(tokens * keyDim)
        let norm = numbers.floats(latent)
        let half = rotaryDim / 2
        let cosines = numbers.floats(32 * half)
        let sines = numbers.floats(32 * half)
        let dtype = queryType(cache)
        let pool = try backend.makeKVCache(
            specs: [KVCacheSpec(numHeads: 1, headDim: keyDim, dtype: cache, valuePrefix: latent)],
            numBlocks: 2, blockSize: blockSize)
        let contents = try backend.unwritten(rows: tokens, columns: heads * content, dtype: dtype)
        let keyed = try backend.unwritten(rows: tokens, columns: heads * keyDim, dtype: dtype)
        var batch = StepBatch()
        batch.positions = (0..<Int32(tokens)).map { 3 * $0 }
        // The last token has no slot; the others are neighbours across two blocks.
        batch.slotMapping = (0..<Int32(tokens)).map { $0 + 1 < tokens ? 12 + $0 : -1 }
        backend.splitLatent(
            queries: try backend.matrix(queries, rows: tokens, columns: heads * width),
            latents: try backend.matrix(latents, rows: tokens, columns: keyDim),
            LatentOptions(
                rotary: style, rotaryDim: rotaryDim, cosines: try backend.pack(values: cosines),
                sines: try backend.pack(values: sines),
                norm: Norm(kind: .rms, weight: try backend.pack(values: norm), epsilon: 1e-6)),
            batch: batch, numHeads: heads, cache: pool, layer: 0, contents: contents, keyed: keyed)

        let reference = RotaryReference(
            style: style, rotaryDim: rotaryDim, cosines: cosines, sines: sines, epsilon: 1e-6)
        let plain = RotaryReference(style: .none, rotaryDim: 0, cosines: [], sines: [], epsilon: 1e-6)
        let foundContents = backend.read(contents)
        let foundQueries = backend.read(keyed)
        for token in 0..<tokens {
            let position = Int(batch.positions[token])
            for head in 0..<heads {
                let row = queries[(token * heads + head) * width..<(token * heads + head + 1) * width]
                for (d, value) in row.prefix(content).enumerated() {
                    let exact = Double(value.rounded(to: dtype))
                    result.expect(
                        foundContents[(token * heads + head) * content + d], Bounded(exact, tolerance: 0),
                        "content of token \(token), head \(head), element \(d)")
                }
                let turned = reference.head(row.suffix(rotaryDim), norm: [], position: position)
                for (d, value) in turned.enumerated() {
                    result.expect(
                        foundQueries[(token * heads + head) * keyDim + latent + d],
                        Bounded(value, tolerance: RotaryReference.tolerance(value, as: dtype)),
                        "turned query of token \(token), head \(head), element \(d)")
                }
            }
            guard batch.slotMapping[token] >= 0 else { continue }
            let key = latents[token * keyDim..<(token + 1) * keyDim]
            let expected =
                plain.head(key.prefix(latent), norm: norm, position: 0)
                + reference.head(key.suffix(rotaryDim), norm: [], position: position)
            try checkKey(backend, pool, slot: batch.slotMapping[token], expected, token, &result)
        }
    }

    /// Asks for a key's elements by queries that see two tokens, a one in one element each; the first of a block is
    /// seen alone. Latent elements come back as the values too.
    private static func checkKey(
        _ backend: any Backend, _ pool: KVCache, slot: Int32, _ expected: [Double], _ token: Int,
        _ result: inout Comparison
    ) throws(DeviceError) {
        let cache = pool.specs[0].dtype
        let keyDim = pool.specs[0].headDim
        var batch = StepBatch()
        batch.blockTables = [0, 1]
        batch.positions = [slot % Int32(blockSize)]
        batch.sequences = [
            SequenceSpan(
                queryStart: 0, queryLength: 1, contextLength: slot % Int32(blockSize) + 1,
                blockTableStart: slot / Int32(blockSize))
        ]
        let output = try backend.unwritten(rows: 1, columns: latent)
        var options = AttentionOptions(scale: 1)
        options.window = 1
        backend.attention(
            try backend.matrix(
                [Float](repeating: 0, count: keyDim), rows: 1, columns: keyDim, dtype: queryType(cache)),
            options, batch: batch, numHeads: 1, cache: pool, layer: 0, into: output)
        for (d, value) in backend.read(output).enumerated() {
            result.expect(
                value, Bounded(expected[d], tolerance: 2 * RotaryReference.tolerance(expected[d], as: cache)),
                "value of token \(token), element \(d)")
        }
        // A sink of the same score as the key's halves the value: the score shows.
        options.sinks = try backend.pack(values: [0])
        for d in latent..<keyDim {
            var query = [Float](repeating: 0, count: keyDim)
            query[d] = 1
            backend.attention(
                try backend.matrix(query, rows: 1, columns: keyDim, dtype: queryType(cache)), options,
                batch: batch, numHeads: 1, cache: pool, layer: 0, into: output)
            let weight = 1 / (1 + exp(-expected[d]))
            let off = RotaryReference.tolerance(expected[d], as: cache)
            for (element, value) in backend.read(output).enumerated() {
                let exact = weight * expected[element]
                let tolerance =
                    2 * RotaryReference.tolerance(exact, as: cache) + abs(expected[element]) * off / 4
                    + 64 * RoundingError.float32 * (1 + abs(exact))
                result.expect(
                    value, Bounded(exact, tolerance: tolerance),
                    "value of token \(token) weighed by key element \(d), element \(element)")
            }
        }
    }

    private static func checkProducts(
        _ backend: any Backend, _ dtype: DType, rows: Int, inputs: Int, outputs: Int,
        _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 37)
        let activations = queryType(dtype)
        let x = numbers.floats(rows * heads * inputs).map { $0.rounded(to: activations) }
        let weights = (0..<heads).map { _ in
            numbers.floats(outputs * inputs).map { $0.rounded(to: dtype) }
        }
        var packed: [PackedWeight] = []
        for weight in weights {
            packed.append(
                try backend.weight(weight, inputs: inputs, stored: .numbers(dtype), format: .dense(dtype)))
        }
        // Three columns of each head are another's.
        let width = outputs + 3
        let before = numbers.floats(rows * heads * width)
        let output = try backend.matrix(before, rows: rows, columns: heads * width)
        backend.headwiseLinear(
            try backend.matrix(x, rows: rows, columns: heads * inputs, dtype: activations), packed,
            into: output)
        let found = backend.read(output)
        for head in 0..<heads {
            var own: [Float] = []
            for row in 0..<rows {
                let start = (row * heads + head) * inputs
                own += x[start..<start + inputs]
            }
            let reference = LinearReference(x: own, weight: weights[head], inputs: inputs, columns: outputs)
            for row in 0..<rows {
                let base = (row * heads + head) * width
                for column in 0..<outputs {
                    result.expect(
                        found[base + column], reference.element(row, column),
                        "head \(head), element (\(row), \(column))")
                }
                for column in outputs..<width {
                    result.expect(
                        [found[base + column]], bits: [before[base + column]],
                        "head \(head), the column behind its outputs,")
                }
            }
        }
    }
}
