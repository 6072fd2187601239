// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Tiles and linear for any processor.

#include "../support/vector_portable.h"
#include "tile_table.h"
#include "linear_body.h"

STREAM(1, 2)
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

const tile_function ISA(vllm_tiles)[3][2][MAX_PANELS][MAX_ROWS] = {TYPE(f32), TYPE(f16), TYPE(bf16)};
const tile_function ISA(vllm_stream_tiles)[3][MAX_STREAM_ROWS] = {
    {f32_1x2_stream}, {f16_1x2_stream}, {bf16_1x2_stream}};
