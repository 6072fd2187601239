// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The register tile under every product:  y[r][16 p + c] = Σ_k x[r][k] · w[p][k][c]
//
// R rows of x (bf16, or float32 for float32 and float16 panels) against P panels, each a run of steps of 16
// columns: a step is a bf16 pair (64 bytes), a float32 (64) or a float16 (32). One accumulator an output, k
// ascending, so that y's bits depend on neither R nor P. R + R·P registers of operands and sums; R·P·16
// products (bf16: twice that) for (R + P) loads.

#ifndef VLLM_TILE_BODY_H
#define VLLM_TILE_BODY_H

#include "../include/vllm_kernels.h"
#include "../packing/code_layout.h"

#define UNROLL _Pragma("clang loop unroll(full)")

/// Bytes of a panel that are prefetched ahead, into the second-level cache: measured on Zen 4 the best for
/// tiles of up to four rows, which wait for memory, and for larger ones, which nearly do not.
#define STREAM_AHEAD 1024
#define BLOCK_AHEAD 8192

INLINE int step_bytes(vllm_dtype dtype) { return dtype == VLLM_DTYPE_F16 ? 32 : 64; }
INLINE int step_count(vllm_dtype dtype, int k) {
    if (dtype >= VLLM_DTYPE_I8) return (int)(vllm_code_bytes(vllm_code_layout_of(dtype), k) / 64);
    return dtype == VLLM_DTYPE_BF16 ? (k + 1) / 2 : k;
}

/// Types whose codes and factors take so much opening that tiles have many rows instead of several panels.
INLINE int is_block(vllm_dtype dtype) { return dtype >= VLLM_DTYPE_Q4_K; }

enum { MAX_TILE_ROWS = MAX_BLOCK_ROWS > MAX_ROWS ? MAX_BLOCK_ROWS : MAX_ROWS };

/// Rows of a tile at most, and panels of a tile of so many rows.
INLINE int most_rows(vllm_dtype dtype) {
    if (is_block(dtype)) return MAX_BLOCK_ROWS;
    if (dtype >= VLLM_DTYPE_I8) return dtype == VLLM_DTYPE_I8 ? MAX_I8_ROWS : MAX_I4_ROWS;
    return dtype == VLLM_DTYPE_BF16 ? MAX_PAIR_ROWS : MAX_ROWS;
}
INLINE int most_panels(vllm_dtype dtype, int rows) {
    if (dtype < VLLM_DTYPE_I8) return MAX_PANELS;
    if (dtype == VLLM_DTYPE_I8) return MAX_I8_PANELS;
    if (rows <= 4) return MAX_I4_FEW_ROWS_PANELS;
    return is_block(dtype) ? MAX_BLOCK_PANELS : MAX_I4_PANELS;
}

/// x's rows stand `ldx` bytes apart, y's rows `ldy` floats.
typedef struct {
    const char *x;
    size_t ldx;
    const char *const *panels;
    int steps;
    float *y;
    size_t ldy;
    const char *const *next; // [P]: what is wanted next, a line of each every `next_stride` bytes, a step
    size_t next_stride;
    size_t panel_bytes;
    int k, group;             // of whole numbers
    const float *x_scales;    // [R], of whole numbers
    const int32_t *x_offsets; // [R, ld_offsets]
    size_t ld_offsets;
} tile_args;

typedef enum {
    PREFETCH_AHEAD, // the panels themselves, further on: they come from memory
    PREFETCH_NEXT,  // `next`: the panels themselves come from a cache
    PREFETCH_STREAM // as AHEAD, for few rows
} prefetch_mode;

INLINE vu broadcast_pair(const char *p) {
    uint32_t pair;
    memcpy(&pair, p, 4);
    return vu_set1(pair);
}
INLINE vf broadcast_float(const char *p) {
    float x;
    memcpy(&x, p, 4);
    return vf_set1(x);
}

/// The body; R, P, dtype and prefetch are constants where it is inlined.
INLINE void tile(const tile_args *a, const int R, const int P, const vllm_dtype dtype,
                 const prefetch_mode prefetch) {
    vf sums[8][8];
    const char *x[8], *w[8];
    UNROLL
    for (int r = 0; r < R; r++) {
        x[r] = a->x + (size_t)r * a->ldx;
        UNROLL
        for (int p = 0; p < P; p++) sums[r][p] = vf_zero();
    }
    UNROLL
    for (int p = 0; p < P; p++) w[p] = a->panels[p];
    const char *next[8];
    const size_t next_stride = prefetch == PREFETCH_NEXT ? a->next_stride : 0;
    if (prefetch == PREFETCH_NEXT) {
        UNROLL
        for (int p = 0; p < P; p++) next[p] = a->next[p];
    }
    size_t next_at = 0;
    const size_t bytes = (size_t)step_bytes(dtype), end = (size_t)a->steps * 4,
                 panel = (size_t)a->steps * bytes;
    size_t ahead = prefetch == PREFETCH_STREAM ? STREAM_AHEAD : BLOCK_AHEAD;
    if (ahead > panel) ahead = panel;
#pragma clang loop unroll(disable)
    for (size_t at = 0, wat = 0; at < end; at += 4, wat += bytes) {
        if (prefetch == PREFETCH_NEXT) {
            UNROLL
            for (int p = 0; p < P; p++) __builtin_prefetch(next[p] + next_at, 0, 2);
            next_at += next_stride;
        } else {
            ahead += ahead == panel ? (P - 1) * panel : 0; // on to the panels after these
            UNROLL
            for (int p = 0; p < P; p++) __builtin_prefetch(w[p] + ahead, 0, 2);
            ahead += bytes;
        }
        if (dtype == VLLM_DTYPE_BF16) {
#ifdef VLLM_BF16_DOT
            vu column[8];
            UNROLL
            for (int p = 0; p < P; p++) column[p] = vu_load(w[p] + wat);
            UNROLL
            for (int r = 0; r < R; r++) {
                vu pair = broadcast_pair(x[r] + at);
                UNROLL
                for (int p = 0; p < P; p++) sums[r][p] = vf_dot2(sums[r][p], column[p], pair);
            }
#else
            // vf_dot2, its two halves apart: each needs half of the registers.
            vf column[8];
            UNROLL
            for (int p = 0; p < P; p++) column[p] = vf_even(vu_load(w[p] + wat));
            UNROLL
            for (int r = 0; r < R; r++) {
                vf value = vf_even(broadcast_pair(x[r] + at));
                UNROLL
                for (int p = 0; p < P; p++) sums[r][p] = vf_fma(column[p], value, sums[r][p]);
            }
            UNROLL
            for (int p = 0; p < P; p++) column[p] = vf_odd(vu_load(w[p] + wat));
            UNROLL
            for (int r = 0; r < R; r++) {
                vf value = vf_odd(broadcast_pair(x[r] + at));
                UNROLL
                for (int p = 0; p < P; p++) sums[r][p] = vf_fma(column[p], value, sums[r][p]);
            }
#endif
        } else {
            vf column[8];
            UNROLL
            for (int p = 0; p < P; p++) {
                const void *from = w[p] + wat;
                column[p] = dtype == VLLM_DTYPE_F16 ? vf_load_f16(from) : vf_load(from);
            }
            UNROLL
            for (int r = 0; r < R; r++) {
                vf value = broadcast_float(x[r] + at);
                UNROLL
                for (int p = 0; p < P; p++) sums[r][p] = vf_fma(value, column[p], sums[r][p]);
            }
        }
    }
    UNROLL
    for (int r = 0; r < R; r++) {
        UNROLL
        for (int p = 0; p < P; p++) vf_store(a->y + (size_t)r * a->ldy + 16 * p, sums[r][p]);
    }
}

typedef void (*tile_function)(const tile_args *);

/// [dtype][prefetch_mode][panels - 1][rows - 1]
extern const tile_function ISA(vllm_tiles)[VLLM_DTYPES][2][MAX_PANELS][MAX_TILE_ROWS];
/// [dtype][rows - 1], of stream_width(dtype, rows) panels, PREFETCH_STREAM.
extern const tile_function ISA(vllm_stream_tiles)[VLLM_DTYPES][MAX_STREAM_ROWS];

/// Rows that stream the weights.
INLINE int most_stream_rows(vllm_dtype dtype) {
    return dtype >= VLLM_DTYPE_I4 && MAX_STREAM_ROWS > 2 ? 2 : MAX_STREAM_ROWS;
}

/// Panels side by side where few rows make the product wait for memory: at least eight sums in flight, where
/// the registers hold them.
INLINE int stream_width(vllm_dtype dtype, int rows) {
    if (dtype >= VLLM_DTYPE_I4) return MAX_STREAM_PANELS;
    return rows == 1 ? 2 * MAX_STREAM_PANELS : MAX_STREAM_PANELS;
}

#endif
