// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Attention over head dimensions, groups of heads, lengths and variants.
enum AttentionCases {
    typealias Sequence = AttentionCase.Sequence

    static var groups: [ConformanceGroup] {
        DType.floating.flatMap { cache in
            [
                ConformanceGroup(.attention, cache.label, heads(cache)),
                ConformanceGroup(.attention, "\(cache.label) long", lengths(cache)),
                ConformanceGroup(.attention, "\(cache.label) variants", variants(cache)),
                ConformanceGroup(.attention, "\(cache.label) latent", latent(cache)),
            ]
        }
    }

    private static func make(_ name: String, _ item: AttentionCase) -> ConformanceCase {
        ConformanceCase(name) { backend, result throws(DeviceError) in try item.check(on: backend, &result) }
    }

    private static func heads(_ cache: DType) -> [ConformanceCase] {
        [2, 18, 40, 64, 80, 96, 128, 256].flatMap { headDim in
            [(2, 2), (7, 1), (8, 2)].map { heads, kvHeads in
                var item = AttentionCase(heads: heads, kvHeads: kvHeads, headDim: headDim, cache: cache)
                item.output = heads == 7 ? .bfloat16 : .float32
                item.sequences = [
                    Sequence(queries: 1, context: 1), Sequence(queries: 21, context: 21, seed: 1),
                    Sequence(queries: 3, context: 37, seed: 2),
                ]
                return make("\(heads)/\(kvHeads) heads of \(headDim)", item)
            }
        }
    }

    private static func lengths(_ cache: DType) -> [ConformanceCase] {
        var item = AttentionCase(heads: 4, kvHeads: 1, headDim: 32, cache: cache)
        item.sequences = [511, 512, 513, 514, 1024, 1025, 1300].enumerated().map {
            Sequence(queries: 2, context: $1, seed: UInt64($0))
        }
        item.sequences.append(Sequence(queries: 19, context: 523, seed: 9))
        var cases = [make("around multiples of 512", item)]
        for (queries, context) in [(1, 4000), (512, 512), (100, 1500)] {
            item.sequences = [Sequence(queries: queries, context: context)]
            (item.mostCompared, item.blockSize) = (10, 32)
            cases.append(make("\(queries) of \(context) tokens", item))
        }
        return cases
    }

    private static func variants(_ cache: DType) -> [ConformanceCase] {
        var plain = AttentionCase(heads: 4, kvHeads: 2, headDim: 32, cache: cache)
        plain.sequences = [Sequence(queries: 40, context: 40), Sequence(queries: 9, context: 700, seed: 1)]
        var cases: [ConformanceCase] = []
        for window in [1, 2, 15, 33, 190, 600] {
            var item = plain
            item.window = window
            cases.append(make("window of \(window)", item))
        }
        let slopes: [Float] = [0.5, 0.25, 0.0625, 0.001]
        for (softCap, window, slopes) in [(Float(3), 0, []), (0, 0, slopes), (30, 100, []), (0, 100, slopes)]
        {
            var item = plain
            (item.softCap, item.window, item.slopes) = (softCap, window, slopes)
            let names = [
                softCap > 0 ? "soft cap \(softCap)" : nil, slopes.isEmpty ? nil : "ALiBi",
                window > 0 ? "window of \(window)" : nil,
            ]
            cases.append(make(names.compactMap { $0 }.joined(separator: ", "), item))
        }
        for window in [0, 100] {
            var item = plain
            (item.sinks, item.window) = ([-3, 0, 2.5, 40], window)
            cases.append(make(window > 0 ? "sinks, window of \(window)" : "sinks", item))
        }
        return cases
    }

    /// Values that are the beginnings of their keys; more heads than a tile has rows among them.
    private static func latent(_ cache: DType) -> [ConformanceCase] {
        let shapes = [(3, 10, 4), (16, 64, 16), (5, 82, 32), (70, 32, 8), (128, 512, 64)]
        return shapes.flatMap { heads, latentDim, rotaryDim in
            [false, true].map { isLong in
                var item = AttentionCase(
                    heads: heads, kvHeads: 1, headDim: latentDim + rotaryDim, cache: cache)
                (item.latentDim, item.output) = (latentDim, isLong ? .float32 : .bfloat16)
                item.sequences =
                    isLong
                    ? [Sequence(queries: 2, context: 1100), Sequence(queries: 20, context: 530, seed: 1)]
                    : [
                        Sequence(queries: 1, context: 1), Sequence(queries: 21, context: 21, seed: 1),
                        Sequence(queries: 3, context: 37, seed: 2),
                    ]
                if heads * latentDim > 8192 { item.mostCompared = 2 }
                let name = "\(heads) heads of \(latentDim) + \(rotaryDim)\(isLong ? ", long" : "")"
                return make(name, item)
            }
        }
    }
}
