// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// The merged projection becomes queries, keys and values.
enum QueryKeyValueCases {
    static var groups: [ConformanceGroup] {
        DType.floating.map { cache in
            let cases = [RotaryStyle.none, .halves, .interleaved].flatMap { style in
                [(false, false), (true, true), (true, false)].flatMap { hasQueryNorm, hasKeyNorm in
                    [(20, 12), (64, 64), (80, 32), (96, 96), (128, 128), (256, 64), (2, 2)].map {
                        headDim, rotaryDim in
                        let item = QueryKeyValueCase(
                            headDim: headDim, rotaryDim: rotaryDim, style: style, hasQueryNorm: hasQueryNorm,
                            hasKeyNorm: hasKeyNorm, cache: cache)
                        return ConformanceCase(item.name) { backend, result throws(DeviceError) in
                            try item.check(on: backend, &result)
                        }
                    }
                }
            }
            return ConformanceGroup(.qkv, cache.label, cases)
        }
    }
}
