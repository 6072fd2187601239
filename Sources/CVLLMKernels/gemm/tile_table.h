// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Makes the tiles of one instruction set from the body, and the tables to find them in.

#ifndef VLLM_TILE_TABLE_H
#define VLLM_TILE_TABLE_H

#include "tile_body.h"

#define TILE(R, P) \
    static void bf16_##R##x##P##_ahead(const tile_args *a) { \
        tile(a, R, P, VLLM_DTYPE_BF16, PREFETCH_AHEAD); \
    } \
    static void f16_##R##x##P##_ahead(const tile_args *a) { tile(a, R, P, VLLM_DTYPE_F16, PREFETCH_AHEAD); } \
    static void f32_##R##x##P##_ahead(const tile_args *a) { tile(a, R, P, VLLM_DTYPE_F32, PREFETCH_AHEAD); } \
    static void bf16_##R##x##P##_next(const tile_args *a) { tile(a, R, P, VLLM_DTYPE_BF16, PREFETCH_NEXT); } \
    static void f16_##R##x##P##_next(const tile_args *a) { tile(a, R, P, VLLM_DTYPE_F16, PREFETCH_NEXT); } \
    static void f32_##R##x##P##_next(const tile_args *a) { tile(a, R, P, VLLM_DTYPE_F32, PREFETCH_NEXT); }

#define STREAM(R, P) \
    static void bf16_##R##x##P##_stream(const tile_args *a) { \
        tile(a, R, P, VLLM_DTYPE_BF16, PREFETCH_STREAM); \
    } \
    static void f16_##R##x##P##_stream(const tile_args *a) { \
        tile(a, R, P, VLLM_DTYPE_F16, PREFETCH_STREAM); \
    } \
    static void f32_##R##x##P##_stream(const tile_args *a) { tile(a, R, P, VLLM_DTYPE_F32, PREFETCH_STREAM); }

#define TILES_8(P) TILE(1, P) TILE(2, P) TILE(3, P) TILE(4, P) TILE(5, P) TILE(6, P) TILE(7, P) TILE(8, P)
#define TILES_6(P) TILE(1, P) TILE(2, P) TILE(3, P) TILE(4, P) TILE(5, P) TILE(6, P)
#define TILES_4(P) TILE(1, P) TILE(2, P) TILE(3, P) TILE(4, P)
#define TILES_2(P) TILE(1, P) TILE(2, P)

#define NAMES_12(T, P, S) \
    { \
        T##_1x##P##S, T##_2x##P##S, T##_3x##P##S, T##_4x##P##S, T##_5x##P##S, T##_6x##P##S, T##_7x##P##S, \
            T##_8x##P##S, T##_9x##P##S, T##_10x##P##S, T##_11x##P##S, T##_12x##P##S \
    }
#define NAMES_8(T, P, S) \
    { \
        T##_1x##P##S, T##_2x##P##S, T##_3x##P##S, T##_4x##P##S, T##_5x##P##S, T##_6x##P##S, T##_7x##P##S, \
            T##_8x##P##S \
    }
#define NAMES_6(T, P, S) \
    { T##_1x##P##S, T##_2x##P##S, T##_3x##P##S, T##_4x##P##S, T##_5x##P##S, T##_6x##P##S }
#define NAMES_4(T, P, S) \
    { T##_1x##P##S, T##_2x##P##S, T##_3x##P##S, T##_4x##P##S }
#define NAMES_2(T, P, S) \
    { T##_1x##P##S, T##_2x##P##S }

#endif
