// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// P · V.

#ifndef VLLM_ATTENTION_VALUES_H
#define VLLM_ATTENTION_VALUES_H

#include "attention_rows.h"

/// P · V over the steps [begin, end) that all rows share, D columns of 16 (the last of `tail` lanes, if not
/// 0).
typedef struct {
    const char *p;
    const char *const *v;
    size_t column; // bytes into a step of V
    int step_bytes;
    int begin, end;
    int tail;
    int ahead; // group g + ahead is prefetched; 0: none
    float *out;
    size_t ldo;
} values_args;

INLINE void values_tile(const values_args *a, const int R, const int D, const vllm_dtype dtype,
                        const int partial) {
    const int group_steps = dtype == VLLM_DTYPE_BF16 ? 8 : 16, column = dtype == VLLM_DTYPE_F16 ? 32 : 64;
    vf sums[8][4];
    UNROLL
    for (int r = 0; r < R; r++) {
        UNROLL
        for (int d = 0; d < D; d++) sums[r][d] = vf_load(a->out + (size_t)r * a->ldo + 16 * d);
    }
    for (int step = a->begin; step < a->end;) {
        int group = step / group_steps, stop = (group + 1) * group_steps;
        if (stop > a->end) stop = a->end;
        size_t at = a->column + (size_t)(step - group * group_steps) * (size_t)a->step_bytes;
        const char *v = a->v[group] + at, *p = a->p + 4 * (size_t)step, *next = a->v[group + a->ahead] + at;
        for (; step < stop; step++, p += 4, v += a->step_bytes, next += a->step_bytes) {
            // Each tile its own columns: all of them at once would fill the queue of what is on its way.
            if (a->ahead > 0) {
                UNROLL
                for (int d = 0; d < D; d++) __builtin_prefetch(next + column * d, 0, 2);
            }
            if (dtype == VLLM_DTYPE_BF16) {
                vu values[4];
                UNROLL
                for (int d = 0; d < D; d++)
                    values[d] = partial ? vu_load_n(v, a->tail) : vu_load(v + column * d);
                UNROLL
                for (int r = 0; r < R; r++) {
                    vu pair = broadcast_pair(p + (size_t)r * ATTENTION_LD * 4);
                    UNROLL
                    for (int d = 0; d < D; d++) sums[r][d] = vf_dot2(sums[r][d], values[d], pair);
                }
            } else {
                vf values[4];
                UNROLL
                for (int d = 0; d < D; d++) {
                    const void *from = v + column * d;
                    if (dtype == VLLM_DTYPE_F16)
                        values[d] = partial ? vf_load_f16_n(from, a->tail) : vf_load_f16(from);
                    else values[d] = partial ? vf_load_n(from, a->tail) : vf_load(from);
                }
                UNROLL
                for (int r = 0; r < R; r++) {
                    vf one = broadcast_float(p + (size_t)r * ATTENTION_LD * 4);
                    UNROLL
                    for (int d = 0; d < D; d++) sums[r][d] = vf_fma(one, values[d], sums[r][d]);
                }
            }
        }
    }
    UNROLL
    for (int r = 0; r < R; r++) {
        UNROLL
        for (int d = 0; d < D; d++) vf_store(a->out + (size_t)r * a->ldo + 16 * d, sums[r][d]);
    }
}

typedef void (*values_function)(const values_args *);
/// [dtype][columns − 1, or MAX_PANELS for one partial column][rows − 1]
static const values_function values_tiles[3][MAX_PANELS + 1][MAX_ROWS];

/// Steps [begin, end) of one row: the ragged ends.
static void values_row(const attention_tile *t, const attention_block *block, int r, int begin, int end) {
    vllm_dtype dtype = t->a->cache_dtype;
    int group_steps = dtype == VLLM_DTYPE_BF16 ? 8 : 16, column = dtype == VLLM_DTYPE_F16 ? 32 : 64;
    const char *p = t->p + (size_t)(block->at + r) * ATTENTION_LD * 4;
    int low = block->low[r], high = block->high[r];
    for (int step = begin, stop; step < end; step = stop) {
        int group = step / group_steps;
        const char *values = *value_groups(t, block->head, group);
        stop = (group + 1) * group_steps < end ? (group + 1) * group_steps : end;
        for (int d = 0; d * 16 < t->value_dim; d++) {
            int lanes = t->value_dim - 16 * d < 16 ? t->value_dim - 16 * d : 16;
            float *out = t->part + (size_t)(block->at + r) * t->dim + 16 * d;
            vf sum = vf_load(out);
            for (int i = step; i < stop; i++) {
                const void *from = values + (size_t)(i % group_steps) * (size_t)t->v_step + column * d;
                if (dtype == VLLM_DTYPE_BF16) {
                    uint32_t seen = (2 * i >= low ? 0xffffu : 0) | (2 * i + 1 < high ? 0xffff0000u : 0);
                    vu pair = vu_and(vu_load_n(from, lanes), vu_set1(seen));
                    sum = vf_dot2(sum, pair, broadcast_pair(p + 4 * i));
                } else {
                    vf v = dtype == VLLM_DTYPE_F16 ? vf_load_f16_n(from, lanes) : vf_load_n(from, lanes);
                    sum = vf_fma(broadcast_float(p + 4 * i), v, sum);
                }
            }
            vf_store(out, sum);
        }
    }
}

#endif
