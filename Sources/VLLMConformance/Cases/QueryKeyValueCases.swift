// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// The merged projection becomes queries, keys and values.
enum QueryKeyValueCases {
    static var groups: [ConformanceGroup] {
        DType.floating.map { cache in
            let items = [RotaryStyle.none, .halves, .interleaved].flatMap { style in
                [(false, false), (true, true), (true, false)].flatMap { hasQueryNorm, hasKeyNorm in
                    [(20, 12), (64, 64), (80, 32), (96, 96), (128, 128), (256, 64), (2, 2)].map {
                        headDim, rotaryDim in
                        QueryKeyValueCase(
                            headDim: headDim, rotaryDim: rotaryDim, style: style, hasQueryNorm: hasQueryNorm,
                            hasKeyNorm: hasKeyNorm, cache: cache)
                    }
                }
            }
            let cases = (items + norms(cache)).map { item in
                ConformanceCase(item.name) { backend, result throws(DeviceError) in
                    try item.check(on: backend, &result)
                }
            }
            return ConformanceGroup(.qkv, cache.label, cases)
        }
    }

    /// Every norm but the root mean square with weights that heads share.
    private static func norms(_ cache: DType) -> [QueryKeyValueCase] {
        [NormKind.rms, .layer].flatMap { kind in
            QueryKeyValueCase.NormWeights.allCases.filter { kind == .layer || $0 != .shared }.flatMap {
                weights in
                [(20, 12), (80, 32), (128, 128)].map { headDim, rotaryDim in
                    QueryKeyValueCase(
                        headDim: headDim, rotaryDim: rotaryDim, style: .halves, hasQueryNorm: true,
                        hasKeyNorm: true, cache: cache, normKind: kind, normWeights: weights)
                }
            }
        }
    }
}
