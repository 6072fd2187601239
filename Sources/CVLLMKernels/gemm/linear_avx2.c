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
I8_TILES_3(1)
I4_TILES_2(1)
INTEGER_STREAM(i8, 1, 4, I8)
INTEGER_STREAM(i8, 2, 2, I8)
I4_STREAM(1, 2)
I4_STREAM(2, 2)
#define TYPE(T) \
    { \
        {NAMES_6(T, 1, _ahead)}, { NAMES_6(T, 1, _next) } \
    }
#define EIGHT \
    { \
        {NAMES_3(i8, 1, _ahead)}, { NAMES_3(i8, 1, _next) } \
    }
#define FOUR(T) \
    { \
        {NAMES_2(T, 1, _ahead)}, { NAMES_2(T, 1, _next) } \
    }

const tile_function ISA(vllm_tiles)[6][2][MAX_PANELS][MAX_ROWS] = {TYPE(f32), TYPE(f16), TYPE(bf16),
                                                                   EIGHT,     FOUR(i4),  FOUR(i4m)};
const tile_function ISA(vllm_stream_tiles)[6][MAX_STREAM_ROWS] = {
    {f32_1x4_stream, f32_2x2_stream}, {f16_1x4_stream, f16_2x2_stream}, {bf16_1x4_stream, bf16_2x2_stream},
    {i8_1x4_stream, i8_2x2_stream},   {i4_1x2_stream, i4_2x2_stream},   {i4m_1x2_stream, i4m_2x2_stream}};

#pragma clang attribute pop
#endif
