// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Nine tokens of three query and two key/value heads, one of which has no slot.
struct QueryKeyValueCase: Sendable {
    let headDim: Int
    let rotaryDim: Int
    let style: RotaryStyle
    let hasQueryNorm: Bool
    let hasKeyNorm: Bool
    let cache: DType

    static let (heads, kvHeads) = (3, 2)
    static let slots: [Int32] = [3, 4, 5, -1, 41, 40, 16, 17, 18]
    static let positions: [Int32] = [0, 1, 2, 3, 20, 21, 7, 8, 9]
    static let (blockSize, numBlocks) = (16, 3)

    var name: String {
        let rotation =
            switch style {
            case .none: "not turned"
            case .halves: "turned by halves"
            case .interleaved: "turned by pairs"
            }
        let norms = [hasQueryNorm ? "query norm" : nil, hasKeyNorm ? "key norm" : nil].compactMap { $0 }
        return (["\(rotaryDim) of \(headDim) \(rotation)"] + norms).joined(separator: ", ")
    }

    var queryType: DType { cache == .bfloat16 ? .bfloat16 : .float32 }

    /// The tokens' rows, norms and tables, and what the heads should be.
    struct Operands {
        let rows: [Float]
        let queryNorm: [Float]
        let keyNorm: [Float]
        let reference: RotaryReference
        private let headDim: Int

        init(_ item: QueryKeyValueCase) {
            var numbers = Numbers(seed: 21)
            headDim = item.headDim
            rows = numbers.floats(positions.count * (heads + 2 * kvHeads) * item.headDim)
            queryNorm = item.hasQueryNorm ? numbers.floats(item.headDim) : []
            keyNorm = item.hasKeyNorm ? numbers.floats(item.headDim) : []
            let angles = (0..<32).flatMap { position in
                (0..<item.rotaryDim / 2).map { Double(position) * 0.3 / Double($0 + 1) }
            }
            reference = RotaryReference(
                style: item.style, rotaryDim: item.rotaryDim, cosines: angles.map { Float(cos($0)) },
                sines: angles.map { Float(sin($0)) }, epsilon: 1e-6)
        }

        private func head(_ token: Int, _ index: Int) -> ArraySlice<Float> {
            let start = (token * (heads + 2 * kvHeads) + index) * headDim
            return rows[start..<start + headDim]
        }

        func query(_ token: Int, _ index: Int) -> [Double] {
            reference.head(head(token, index), norm: queryNorm, position: Int(positions[token]))
        }

        func key(_ token: Int, _ index: Int) -> [Double] {
            reference.head(head(token, heads + index), norm: keyNorm, position: Int(positions[token]))
        }

        func value(_ token: Int, _ index: Int) -> [Float] { Array(head(token, heads + kvHeads + index)) }
    }

    func check(on backend: any Backend, _ result: inout Comparison) throws(DeviceError) {
        let operands = Operands(self)
        let spec = KVCacheSpec(numHeads: Self.kvHeads, headDim: headDim, dtype: cache)
        let pool = try backend.makeKVCache(
            specs: [spec, spec], numBlocks: Self.numBlocks, blockSize: Self.blockSize)
        let tokens = Self.positions.count
        let merged = try backend.matrix(
            operands.rows, rows: tokens, columns: (Self.heads + 2 * Self.kvHeads) * headDim)
        let queries = try backend.unwritten(rows: tokens, columns: Self.heads * headDim, dtype: queryType)
        var options = QueryKeyValueOptions()
        (options.rotary, options.rotaryDim) = (style, rotaryDim)
        options.cosines = try backend.pack(values: operands.reference.cosines)
        options.sines = try backend.pack(values: operands.reference.sines)
        options.queryNorm = hasQueryNorm ? try backend.pack(values: operands.queryNorm) : nil
        options.keyNorm = hasKeyNorm ? try backend.pack(values: operands.keyNorm) : nil
        options.epsilon = operands.reference.epsilon
        var batch = StepBatch()
        (batch.positions, batch.slotMapping) = (Self.positions, Self.slots)
        backend.splitQueryKeyValue(
            merged, options, batch: batch, numHeads: Self.heads, cache: pool, layer: 1, into: queries)
        let expected = (0..<tokens).flatMap { token in
            (0..<Self.heads).flatMap { index in
                operands.query(token, index).map {
                    Bounded($0, tolerance: RotaryReference.tolerance($0, as: queryType))
                }
            }
        }
        result.expect(backend.read(queries), expected, "queries")
        let probe = CacheProbe(item: self, operands: operands, pool: pool)
        try probe.checkValues(on: backend, &result)
        try probe.checkKeys(on: backend, &result)
    }
}
