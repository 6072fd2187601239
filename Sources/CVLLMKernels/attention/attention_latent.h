// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Values that are the beginnings of their keys, which the cache has once: a group of keys, 16 tokens side by
// side, is turned so that the elements of a token stand side by side. 40 instructions for 16 elements of 16
// tokens in bf16.

#ifndef VLLM_ATTENTION_LATENT_H
#define VLLM_ATTENTION_LATENT_H

#include "attention_rows.h"

/// Eight pairs of tokens of bf16, two elements of each: 64 bytes.
typedef uint64_t lines __attribute__((vector_size(64)));

/// Rows and columns of 8 × 8 exchanged.
INLINE void transpose_lines(lines *x) {
    lines y[8];
    UNROLL
    for (int i = 0; i < 8; i += 2) {
        y[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        y[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    UNROLL
    for (int i = 0; i < 8; i++) {
        int low = i & ~2;
        x[i] = i & 2 ? __builtin_shufflevector(y[low], y[low + 2], 2, 3, 10, 11, 6, 7, 14, 15)
                     : __builtin_shufflevector(y[low], y[low + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        y[i] = __builtin_shufflevector(x[i], x[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        y[i + 4] = __builtin_shufflevector(x[i], x[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    UNROLL
    for (int i = 0; i < 8; i++) x[i] = y[i];
}

/// [dim / 2][16][2] to [8][dim][2]: a token's two elements and its neighbour's, (a b) (c d), become (a c) (b
/// d).
static void take_pairs(char *values, const char *keys, int dim, size_t step) {
    const uint64_t outer = 0xffff00000000ffff, third = 0xffff0000;
    int d = 0;
    for (; d + 16 <= dim; d += 16) {
        lines x[8];
        UNROLL
        for (int i = 0; i < 8; i++) {
            memcpy(x + i, keys + 32 * (size_t)d + 64 * i, 64);
            x[i] = (x[i] & outer) | ((x[i] & third) << 16) | ((x[i] >> 16) & third);
        }
        transpose_lines(x);
        UNROLL
        for (int i = 0; i < 8; i++) memcpy(values + (size_t)i * step + 4 * (size_t)d, x + i, 64);
    }
    for (; d < dim; d += 2)
        for (int i = 0; i < 8; i++) {
            uint64_t x;
            memcpy(&x, keys + 32 * (size_t)d + 8 * i, 8);
            x = (x & outer) | ((x & third) << 16) | ((x >> 16) & third);
            memcpy(values + (size_t)i * step + 4 * (size_t)d, &x, 8);
        }
}

/// [dim][16] to [16][dim] of 4 or 2 bytes.
INLINE void take_elements(char *values, const char *keys, int dim, size_t step, const size_t size) {
    for (int d = 0; d < dim; d++)
        for (size_t token = 0; token < 16; token++)
            memcpy(values + token * step + (size_t)d * size, keys + ((size_t)d * 16 + token) * size, size);
}

/// The values of the groups [begin, end).
static void take_values(const attention_tile *t, int begin, int end) {
    size_t step = (size_t)t->v_step;
    for (int group = begin; group < end; group++) {
        const char *keys = *key_groups(t, 0, group);
        char *values = taken_values(t, group);
        switch (t->a->cache_dtype) {
        case VLLM_DTYPE_BF16: take_pairs(values, keys, t->value_dim, step); break;
        case VLLM_DTYPE_F16: take_elements(values, keys, t->value_dim, step, 2); break;
        default: take_elements(values, keys, t->value_dim, step, 4); break;
        }
    }
}

#endif
