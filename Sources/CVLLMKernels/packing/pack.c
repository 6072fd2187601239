// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Weights to panels and back. Elements of the same type go through bit by bit, others through float32.

#include "../include/vllm_kernels.h"
#include "../support/float_bits.h"

/// Inputs of a packed row: bf16 has them in pairs, the last of which may be half empty.
static int padded(vllm_dtype packed, int k) { return packed == VLLM_DTYPE_BF16 ? k + k % 2 : k; }

size_t vllm_panel_bytes(vllm_dtype packed, int k) {
    return (size_t)padded(packed, k) * VLLM_PANEL * (packed == VLLM_DTYPE_F32 ? 4 : 2);
}

static float load_element(const void *from, vllm_dtype dtype, ptrdiff_t at) {
    if (dtype == VLLM_DTYPE_F32) return ((const float *)from)[at];
    uint16_t half = ((const uint16_t *)from)[at];
    return dtype == VLLM_DTYPE_F16 ? vllm_from_f16(half) : vllm_from_bf16(half);
}

/// 16-bit elements of the same type: nothing is converted. `pair` is 2 for bf16.
static void pack_halves(uint16_t *panel, const void *const rows[VLLM_PANEL], ptrdiff_t k_stride, int k,
                        int pair) {
    for (int i = 0; i < VLLM_PANEL; i++) {
        const uint16_t *row = rows[i];
        for (int j = 0; j < k; j += pair)
            for (int half = 0; half < pair; half++)
                panel[(size_t)j * VLLM_PANEL + (size_t)(i * pair + half)] =
                    row && j + half < k ? row[(j + half) * k_stride] : 0;
    }
}

typedef uint32_t words __attribute__((vector_size(16)));

static words load_words(const uint32_t *from) {
    words w;
    memcpy(&w, from, sizeof w);
    return w;
}

/// The common case, 16 whole rows of words (bf16 pairs or float32): blocks of four by four are transposed.
static void pack_words(uint32_t *panel, const void *const rows[VLLM_PANEL], int count) {
    int j = 0;
    for (; j + 4 <= count; j += 4) {
        for (int i = 0; i < VLLM_PANEL; i += 4) {
            words r[4], t[4], c[4];
            for (int q = 0; q < 4; q++) r[q] = load_words((const uint32_t *)rows[i + q] + j);
            t[0] = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
            t[1] = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
            t[2] = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
            t[3] = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
            c[0] = __builtin_shufflevector(t[0], t[2], 0, 1, 4, 5);
            c[1] = __builtin_shufflevector(t[0], t[2], 2, 3, 6, 7);
            c[2] = __builtin_shufflevector(t[1], t[3], 0, 1, 4, 5);
            c[3] = __builtin_shufflevector(t[1], t[3], 2, 3, 6, 7);
            for (int q = 0; q < 4; q++) memcpy(panel + (size_t)(j + q) * VLLM_PANEL + i, &c[q], sizeof c[q]);
        }
    }
    for (; j < count; j++)
        for (int i = 0; i < VLLM_PANEL; i++)
            memcpy(panel + (size_t)j * VLLM_PANEL + i, (const uint32_t *)rows[i] + j, 4);
}

/// Pairs [16][2] to two rows of 16, in place.
static void split_pairs(uint16_t *panel, int pairs) {
    for (int j = 0; j < pairs; j++, panel += 2 * VLLM_PANEL) {
        uint16_t first[VLLM_PANEL], second[VLLM_PANEL];
        for (int i = 0; i < VLLM_PANEL; i++) {
            first[i] = panel[2 * i];
            second[i] = panel[2 * i + 1];
        }
        memcpy(panel, first, sizeof first);
        memcpy(panel + VLLM_PANEL, second, sizeof second);
    }
}

void vllm_pack_panel(void *panel, vllm_dtype packed, const void *const rows[VLLM_PANEL], vllm_dtype source,
                     ptrdiff_t k_stride, int k) {
    int pair = packed == VLLM_DTYPE_BF16 ? 2 : 1, complete = 1;
    for (int i = 0; i < VLLM_PANEL; i++) complete &= rows[i] != NULL;
    int words = packed == VLLM_DTYPE_F32 ? k : k / 2, odd = packed != VLLM_DTYPE_F32 && k % 2;
    if (packed == source && k_stride == 1 && complete && !odd) {
        pack_words(panel, rows, words);
        if (packed == VLLM_DTYPE_F16) split_pairs(panel, words);
        return;
    }
    if (packed == source && packed != VLLM_DTYPE_F32) {
        pack_halves(panel, rows, k_stride, k, pair);
        return;
    }
    for (int i = 0; i < VLLM_PANEL; i++) {
        for (int j = 0; j < padded(packed, k); j++) {
            float x = rows[i] && j < k ? load_element(rows[i], source, j * k_stride) : 0;
            size_t at = (size_t)(j / pair) * VLLM_PANEL * (size_t)pair + (size_t)(i * pair + j % pair);
            if (packed == VLLM_DTYPE_F32) ((float *)panel)[at] = x;
            else ((uint16_t *)panel)[at] = packed == VLLM_DTYPE_F16 ? vllm_to_f16(x) : vllm_to_bf16(x);
        }
    }
}

void vllm_widen_row(float *out, const void *row, vllm_dtype source, ptrdiff_t stride, int k) {
    const char *from = row;
    if (source == VLLM_DTYPE_BF16 && stride == 1) {
        for (int j = 0; j < k; j++) {
            uint16_t half;
            memcpy(&half, from + 2 * (size_t)j, sizeof half);
            out[j] = vllm_from_bf16(half);
        }
        return;
    }
    for (int j = 0; j < k; j++) {
        if (source == VLLM_DTYPE_F32) {
            memcpy(out + j, from + j * stride * 4, 4);
        } else {
            uint16_t half;
            memcpy(&half, from + j * stride * 2, sizeof half);
            out[j] = source == VLLM_DTYPE_F16 ? vllm_from_f16(half) : vllm_from_bf16(half);
        }
    }
}

/// Elements between two looks at the largest of them: what a vector loop needs to be fast.
#define LOOK 512

static int first_beyond_16(const int16_t *x, ptrdiff_t stride, int k, int16_t limit) {
    for (int begin = 0; begin < k; begin += LOOK) {
        int end = k - begin < LOOK ? k : begin + LOOK;
        int16_t most = 0;
        if (stride == 1) {
            for (int j = begin; j < end; j++) {
                int16_t bits = (int16_t)(x[j] & 0x7fff);
                most = bits > most ? bits : most;
            }
        } else {
            for (int j = begin; j < end; j++) {
                int16_t bits = (int16_t)(x[j * stride] & 0x7fff);
                most = bits > most ? bits : most;
            }
        }
        for (int j = begin; most >= limit && j < end; j++)
            if ((x[j * stride] & 0x7fff) >= limit) return j;
    }
    return -1;
}

static int first_beyond_32(const int32_t *x, ptrdiff_t stride, int k, int32_t limit) {
    for (int begin = 0; begin < k; begin += LOOK) {
        int end = k - begin < LOOK ? k : begin + LOOK, most = 0;
        if (stride == 1) {
            for (int j = begin; j < end; j++) {
                int bits = x[j] & 0x7fffffff;
                most = bits > most ? bits : most;
            }
        } else {
            for (int j = begin; j < end; j++) {
                int bits = x[j * stride] & 0x7fffffff;
                most = bits > most ? bits : most;
            }
        }
        for (int j = begin; most >= limit && j < end; j++)
            if ((x[j * stride] & 0x7fffffff) >= limit) return j;
    }
    return -1;
}

int vllm_first_beyond(const void *row, vllm_dtype source, ptrdiff_t stride, int k, uint32_t limit) {
    return source == VLLM_DTYPE_F32 ? first_beyond_32(row, stride, k, (int32_t)limit)
                                    : first_beyond_16(row, stride, k, (int16_t)limit);
}

void vllm_unpack_row(float *out, const void *weight, vllm_dtype packed, int row, int k) {
    const char *panel = (const char *)weight + (size_t)(row / VLLM_PANEL) * vllm_panel_bytes(packed, k);
    int pair = packed == VLLM_DTYPE_BF16 ? 2 : 1, i = row % VLLM_PANEL;
    for (int j = 0; j < k; j++)
        out[j] = load_element(panel, packed, (ptrdiff_t)(j / pair) * VLLM_PANEL * pair + i * pair + j % pair);
}
