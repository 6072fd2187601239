// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Tiles and linear for AVX2, FMA and F16C.

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../support/vector_avx2.h"
#include "tile_table.h"
#include "linear_body.h"

TILES_6(1)
STREAM(1, 4)
STREAM(2, 2)
#define TYPE(T) \
    { \
        {NAMES_6(T, 1, _ahead)}, { NAMES_6(T, 1, _next) } \
    }

const tile_function ISA(vllm_tiles)[3][2][MAX_PANELS][MAX_ROWS] = {TYPE(f32), TYPE(f16), TYPE(bf16)};
const tile_function ISA(vllm_stream_tiles)[3][MAX_STREAM_ROWS] = {
    {f32_1x4_stream, f32_2x2_stream}, {f16_1x4_stream, f16_2x2_stream}, {bf16_1x4_stream, bf16_2x2_stream}};

#pragma clang attribute pop
#endif
