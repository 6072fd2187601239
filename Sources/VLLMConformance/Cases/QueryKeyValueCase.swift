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
    var normKind: NormKind = .rms
    var normWeights = NormWeights.shared

    /// Which heads the norm's weights are of, and what it takes together.
    enum NormWeights: String, CaseIterable {
        case shared = "one for all heads"
        case own = "one a head"
        case allHeads = "over all heads"
    }

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
        var norms = [hasQueryNorm ? "query norm" : nil, hasKeyNorm ? "key norm" : nil].compactMap { $0 }
        if !norms.isEmpty { norms += ["\(normKind)", normWeights.rawValue] }
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
        private let normKind: NormKind
        private let normWeights: NormWeights

        init(_ item: QueryKeyValueCase) {
            var numbers = Numbers(seed: 21)
            (headDim, normKind, normWeights) = (item.headDim, item.normKind, item.normWeights)
            rows = numbers.floats(positions.count * (heads + 2 * kvHeads) * item.headDim)
            let isShared = item.normWeights == .shared
            queryNorm = item.hasQueryNorm ? numbers.floats(item.headDim * (isShared ? 1 : heads)) : []
            keyNorm = item.hasKeyNorm ? numbers.floats(item.headDim * (isShared ? 1 : kvHeads)) : []
            let angles = (0..<32).flatMap { position in
                (0..<item.rotaryDim / 2).map { Double(position) * 0.3 / Double($0 + 1) }
            }
            reference = RotaryReference(
                style: item.style, rotaryDim: item.rotaryDim, cosines: angles.map { Float(cos($0)) },
                sines: angles.map { Float(sin($0)) }, epsilon: 1e-6)
        }

        /// Some of a token's heads, counted over queries, keys and values.
        private func elements(_ token: Int, _ indices: Range<Int>) -> [Float] {
            let start = token * (heads + 2 * kvHeads)
            return Array(
                rows[(start + indices.lowerBound) * headDim..<(start + indices.upperBound) * headDim])
        }

        private func prepared(_ token: Int, _ index: Int, of all: Range<Int>, _ norm: [Float]) -> [Double] {
            let first = normWeights == .shared ? 0 : (index - all.lowerBound) * headDim
            return reference.head(
                elements(token, index..<index + 1), norm: Array(norm.dropFirst(first).prefix(headDim)),
                kind: normKind, heads: normWeights == .allHeads ? elements(token, all) : nil,
                position: Int(positions[token]))
        }

        func query(_ token: Int, _ index: Int) -> [Double] {
            prepared(token, index, of: 0..<heads, queryNorm)
        }

        func key(_ token: Int, _ index: Int) -> [Double] {
            prepared(token, heads + index, of: heads..<heads + kvHeads, keyNorm)
        }

        func value(_ token: Int, _ index: Int) -> [Float] {
            let index = heads + kvHeads + index
            return elements(token, index..<index + 1)
        }
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
        options.normKind = normKind
        options.normExtent = normWeights == .allHeads ? .allHeads : .head
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
