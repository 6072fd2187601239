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
TILES_2_OF(GROUPED_TILE, 1)
TILES_2_OF(BLOCK_TILE, 1)
INTEGER_STREAM(i8, 1, 4, I8)
INTEGER_STREAM(i8, 2, 2, I8)
GROUPED_STREAM(1, 2)
GROUPED_STREAM(2, 2)
#define TYPE(T) \
    { \
        {NAMES_6(T, 1, _ahead)}, { NAMES_6(T, 1, _next) } \
    }
#define EIGHT \
    { \
        {NAMES_3(i8, 1, _ahead)}, { NAMES_3(i8, 1, _next) } \
    }
#define GROUPED_TYPE(T) \
    { \
        {NAMES_2(T, 1, _ahead)}, { NAMES_2(T, 1, _next) } \
    }
#define GROUPED_STREAMS(T) \
    { T##_1x2_stream, T##_2x2_stream }

const tile_function ISA(vllm_tiles)[VLLM_DTYPES][2][MAX_PANELS][MAX_TILE_ROWS] = {
    TYPE(f32), TYPE(f16), TYPE(bf16), EIGHT, GROUPED(GROUPED_TYPE, GROUPED_TYPE)};
const tile_function ISA(vllm_stream_tiles)[VLLM_DTYPES][MAX_STREAM_ROWS] = {
    {f32_1x4_stream, f32_2x2_stream},
    {f16_1x4_stream, f16_2x2_stream},
    {bf16_1x4_stream, bf16_2x2_stream},
    {i8_1x4_stream, i8_2x2_stream},
    GROUPED(GROUPED_STREAMS, GROUPED_STREAMS)};

#pragma clang attribute pop
#endif
