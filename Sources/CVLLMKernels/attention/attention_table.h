// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Makes the P·V tiles of one instruction set from the body.

#ifndef VLLM_ATTENTION_TABLE_H
#define VLLM_ATTENTION_TABLE_H

#include "attention_body.h"

#define VALUES(R, D) \
    static void bf16_##R##x##D(const values_args *a) { values_tile(a, R, D, VLLM_DTYPE_BF16, 0); } \
    static void f16_##R##x##D(const values_args *a) { values_tile(a, R, D, VLLM_DTYPE_F16, 0); } \
    static void f32_##R##x##D(const values_args *a) { values_tile(a, R, D, VLLM_DTYPE_F32, 0); }
#define VALUES_TAIL(R) \
    static void bf16_##R##xt(const values_args *a) { values_tile(a, R, 1, VLLM_DTYPE_BF16, 1); } \
    static void f16_##R##xt(const values_args *a) { values_tile(a, R, 1, VLLM_DTYPE_F16, 1); } \
    static void f32_##R##xt(const values_args *a) { values_tile(a, R, 1, VLLM_DTYPE_F32, 1); }

#define VALUES_2(V, ...) V(1 __VA_OPT__(, ) __VA_ARGS__) V(2 __VA_OPT__(, ) __VA_ARGS__)
#define VALUES_4(V, ...) \
    VALUES_2(V, __VA_ARGS__) V(3 __VA_OPT__(, ) __VA_ARGS__) V(4 __VA_OPT__(, ) __VA_ARGS__)
#define VALUES_6(V, ...) \
    VALUES_4(V, __VA_ARGS__) V(5 __VA_OPT__(, ) __VA_ARGS__) V(6 __VA_OPT__(, ) __VA_ARGS__)
#define VALUES_8(V, ...) \
    VALUES_6(V, __VA_ARGS__) V(7 __VA_OPT__(, ) __VA_ARGS__) V(8 __VA_OPT__(, ) __VA_ARGS__)

#define ROWS_2(T, D) \
    { T##_1x##D, T##_2x##D }
#define ROWS_4(T, D) \
    { T##_1x##D, T##_2x##D, T##_3x##D, T##_4x##D }
#define ROWS_6(T, D) \
    { T##_1x##D, T##_2x##D, T##_3x##D, T##_4x##D, T##_5x##D, T##_6x##D }
#define ROWS_8(T, D) \
    { T##_1x##D, T##_2x##D, T##_3x##D, T##_4x##D, T##_5x##D, T##_6x##D, T##_7x##D, T##_8x##D }

#endif
