// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Tiles and linear for any processor.

#include "../support/vector_portable.h"
#include "tile_table.h"
#include "linear_body.h"

STREAM(1, 2)
I8_TILES_2(1)
GROUPED_TILE(1, 1)
BLOCK_TILE(1, 1)
INTEGER_STREAM(i8, 1, 2, I8)
GROUPED_STREAM(1, 1)
#if defined(__x86_64__) || defined(__i386__)
TILES_2(1)
#define TYPE(T) \
    { \
        {NAMES_2(T, 1, _ahead)}, { NAMES_2(T, 1, _next) } \
    }
#else
TILES_4(1)
#define TYPE(T) \
    { \
        {NAMES_4(T, 1, _ahead)}, { NAMES_4(T, 1, _next) } \
    }
#endif
#define EIGHT \
    { \
        {NAMES_2(i8, 1, _ahead)}, { NAMES_2(i8, 1, _next) } \
    }
#define GROUPED_TYPE(T) \
    { \
        {NAMES_1(T, 1, _ahead)}, { NAMES_1(T, 1, _next) } \
    }
#define GROUPED_STREAMS(T) \
    { T##_1x1_stream }

const tile_function ISA(vllm_tiles)[VLLM_DTYPES][2][MAX_PANELS][MAX_TILE_ROWS] = {
    TYPE(f32), TYPE(f16), TYPE(bf16), EIGHT, GROUPED(GROUPED_TYPE, GROUPED_TYPE)};
const tile_function ISA(vllm_stream_tiles)[VLLM_DTYPES][MAX_STREAM_ROWS] = {
    {f32_1x2_stream},
    {f16_1x2_stream},
    {bf16_1x2_stream},
    {i8_1x2_stream},
    GROUPED(GROUPED_STREAMS, GROUPED_STREAMS)};
