// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Tiles and linear for AVX-512 without its bf16 instructions.

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                                 apply_to = function)

#include "../support/vector_avx512.h"
#include "tile_table.h"
#include "linear_body.h"

TILES_8(1)
TILES_8(2)
TILES_8(3)
STREAM(1, 8)
STREAM(2, 4)
STREAM(3, 4)
STREAM(4, 4)
I8_TILES_6(1)
I8_TILES_6(2)
TILES_4_OF(GROUPED_TILE, 1)
TILES_4_OF(BLOCK_TILE, 1)
TILES_4_OF(GROUPED_TILE, 2)
TILES_4_OF(BLOCK_TILE, 2)
INTEGER_STREAM(i8, 1, 8, I8)
INTEGER_STREAM(i8, 2, 4, I8)
INTEGER_STREAM(i8, 3, 4, I8)
INTEGER_STREAM(i8, 4, 4, I8)
GROUPED_STREAM(1, 4)
GROUPED_STREAM(2, 4)
#define MODE(T, S) \
    { NAMES_8(T, 1, S), NAMES_8(T, 2, S), NAMES_8(T, 3, S) }
#define TYPE(T) \
    { MODE(T, _ahead), MODE(T, _next) }
#define STREAMS(T) \
    { T##_1x8_stream, T##_2x4_stream, T##_3x4_stream, T##_4x4_stream }
#define EIGHT_MODE(S) \
    { NAMES_6(i8, 1, S), NAMES_6(i8, 2, S) }
#define EIGHT \
    { EIGHT_MODE(_ahead), EIGHT_MODE(_next) }
#define GROUPED_MODE(T, S) \
    { NAMES_4(T, 1, S), NAMES_4(T, 2, S) }
#define GROUPED_TYPE(T) \
    { GROUPED_MODE(T, _ahead), GROUPED_MODE(T, _next) }
#define GROUPED_STREAMS(T) \
    { T##_1x4_stream, T##_2x4_stream }

const tile_function ISA(vllm_tiles)[VLLM_DTYPES][2][MAX_PANELS][MAX_TILE_ROWS] = {
    TYPE(f32), TYPE(f16), TYPE(bf16), EIGHT, GROUPED(GROUPED_TYPE, GROUPED_TYPE)};
const tile_function ISA(vllm_stream_tiles)[VLLM_DTYPES][MAX_STREAM_ROWS] = {
    STREAMS(f32), STREAMS(f16), STREAMS(bf16), STREAMS(i8), GROUPED(GROUPED_STREAMS, GROUPED_STREAMS)};

#pragma clang attribute pop
#endif
