// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The register tiles of weights of whole numbers, against activations of whole numbers.
//
//   I8:  y[r][c] = scale[c] · s[r] · (Σ_k q[r][k] · code[k][c] + offset[r])
//   I4:  y[r][c] = s[r] · Σ_g (scale[g][c] · (Σ_k q[r][k] · code[k][c] + offset[r][g]) − minimum[g][c] · Σ q)
//
// where the offsets take off what codes are above their values. Sums of whole numbers are exact, and groups
// are added in order, so that y's bits depend on neither R nor P. One dot-product instruction makes 64
// products; a line of four bits is opened by a mask and a shift. A group costs a conversion and a fused
// multiplication an output on top, so groups of 32 reach 8/9 of the peak at best.

#ifndef VLLM_INTEGER_TILE_BODY_H
#define VLLM_INTEGER_TILE_BODY_H

#include "tile_body.h"

/// What a tile brings into the cache while it computes.
typedef struct {
    const char *w[8], *next[8];
    size_t next_at, next_stride, ahead, panel;
} integer_prefetch;

INLINE integer_prefetch integer_prefetch_begin(const tile_args *a, const int P, const prefetch_mode mode) {
    integer_prefetch f = {.next_stride = a->next_stride, .panel = a->panel_bytes};
    UNROLL
    for (int p = 0; p < P; p++) {
        f.w[p] = a->panels[p];
        if (mode == PREFETCH_NEXT) f.next[p] = a->next[p];
    }
    f.ahead = mode == PREFETCH_STREAM ? STREAM_AHEAD : BLOCK_AHEAD;
    if (f.ahead > f.panel) f.ahead = f.panel;
    return f;
}

INLINE void integer_prefetch_line(integer_prefetch *f, const int P, const prefetch_mode mode) {
    if (mode == PREFETCH_NEXT) {
        UNROLL
        for (int p = 0; p < P; p++) __builtin_prefetch(f->next[p] + f->next_at, 0, 2);
        f->next_at += f->next_stride;
        return;
    }
    f->ahead += f->ahead == f->panel ? (size_t)(P - 1) * f->panel : 0; // on to the panels after these
    UNROLL
    for (int p = 0; p < P; p++) __builtin_prefetch(f->w[p] + f->ahead, 0, 2);
    f->ahead += 64;
}

INLINE void i8_tile(const tile_args *a, const int R, const int P, const prefetch_mode mode) {
    vu sums[8][8];
    const char *x[8];
    integer_prefetch f = integer_prefetch_begin(a, P, mode);
    UNROLL
    for (int r = 0; r < R; r++) {
        x[r] = a->x + (size_t)r * a->ldx;
        UNROLL
        for (int p = 0; p < P; p++) sums[r][p] = vu_set1((uint32_t)a->x_offsets[(size_t)r * a->ld_offsets]);
    }
    const size_t end = (size_t)a->steps * 4;
#pragma clang loop unroll(disable)
    for (size_t at = 0, line = 0; at < end; at += 4, line += 64) {
        integer_prefetch_line(&f, P, mode);
        vu column[8];
        UNROLL
        for (int p = 0; p < P; p++) column[p] = vu_load(f.w[p] + line);
        UNROLL
        for (int r = 0; r < R; r++) {
            vu quad = broadcast_pair(x[r] + at);
            UNROLL
            for (int p = 0; p < P; p++) sums[r][p] = vi_dot4(sums[r][p], column[p], quad);
        }
    }
    UNROLL
    for (int p = 0; p < P; p++) {
        vf scale = vf_load((const float *)(const void *)(f.w[p] + 16 * end));
        UNROLL
        for (int r = 0; r < R; r++) {
            vf y = vf_mul(vf_mul(vf_from_int(sums[r][p]), scale), vf_set1(a->x_scales[r]));
            vf_store(a->y + (size_t)r * a->ldy + 16 * p, y);
        }
    }
}

INLINE void i4_tile(const tile_args *a, const int R, const int P, const int has_minimums,
                    const prefetch_mode mode) {
    vf totals[8][8];
    const char *x[8];
    integer_prefetch f = integer_prefetch_begin(a, P, mode);
    UNROLL
    for (int r = 0; r < R; r++) {
        x[r] = a->x + (size_t)r * a->ldx;
        UNROLL
        for (int p = 0; p < P; p++) totals[r][p] = vf_zero();
    }
    const vu mask = vu_set1(0x0f0f0f0fu);
    const size_t end = (size_t)a->steps * 8, group = (size_t)a->group, codes = 8 * end;
    size_t scale_at = codes, minimum_at = codes + end / group * 32;
    size_t g = 0;
#pragma clang loop unroll(disable)
    for (size_t at = 0, line = 0; at < end; g++) {
        vu sums[8][8];
        UNROLL
        for (int r = 0; r < R; r++) {
            UNROLL
            for (int p = 0; p < P; p++)
                sums[r][p] = vu_set1((uint32_t)a->x_offsets[(size_t)r * a->ld_offsets + g]);
        }
#pragma clang loop unroll(disable)
        for (const size_t stop = at + group; at < stop; at += 8, line += 64) {
            integer_prefetch_line(&f, P, mode);
            vu low[8], high[8];
            UNROLL
            for (int p = 0; p < P; p++) {
                vu both = vu_load(f.w[p] + line);
                low[p] = vu_and(both, mask);
                high[p] = vu_and(vu_shr(both, 4), mask);
            }
            UNROLL
            for (int r = 0; r < R; r++) {
                vu quad = broadcast_pair(x[r] + at);
                UNROLL
                for (int p = 0; p < P; p++) sums[r][p] = vi_dot4(sums[r][p], low[p], quad);
                quad = broadcast_pair(x[r] + at + 4);
                UNROLL
                for (int p = 0; p < P; p++) sums[r][p] = vi_dot4(sums[r][p], high[p], quad);
            }
        }
        UNROLL
        for (int p = 0; p < P; p++) {
            vf scale = vf_load_f16((const uint16_t *)(const void *)(f.w[p] + scale_at));
            // Scales stand behind the codes, so that the panels after these have to fetch theirs ahead.
            if (mode != PREFETCH_NEXT) __builtin_prefetch(f.w[p] + (size_t)P * f.panel + scale_at, 0, 2);
            UNROLL
            for (int r = 0; r < R; r++) totals[r][p] = vf_fma(vf_from_int(sums[r][p]), scale, totals[r][p]);
            if (has_minimums) {
                vf minimum = vf_load_f16((const uint16_t *)(const void *)(f.w[p] + minimum_at));
                UNROLL
                for (int r = 0; r < R; r++) {
                    // The offset is −8 times the sum of the group's activations, and exact.
                    float eighth = 0.125f * (float)a->x_offsets[(size_t)r * a->ld_offsets + g];
                    totals[r][p] = vf_fma(minimum, vf_set1(eighth), totals[r][p]);
                }
            }
        }
        scale_at += 32;
        minimum_at += 32;
    }
    UNROLL
    for (int r = 0; r < R; r++) {
        UNROLL
        for (int p = 0; p < P; p++)
            vf_store(a->y + (size_t)r * a->ldy + 16 * p, vf_mul(totals[r][p], vf_set1(a->x_scales[r])));
    }
}

#define INTEGER_TILE(T, R, P, CALL) \
    static void T##_##R##x##P##_ahead(const tile_args *a) { CALL(a, R, P, PREFETCH_AHEAD); } \
    static void T##_##R##x##P##_next(const tile_args *a) { CALL(a, R, P, PREFETCH_NEXT); }
#define INTEGER_STREAM(T, R, P, CALL) \
    static void T##_##R##x##P##_stream(const tile_args *a) { CALL(a, R, P, PREFETCH_STREAM); }

#define I8(a, R, P, mode) i8_tile(a, R, P, mode)
#define I4(a, R, P, mode) i4_tile(a, R, P, 0, mode)
#define I4_MIN(a, R, P, mode) i4_tile(a, R, P, 1, mode)

#define I8_TILES_2(P) INTEGER_TILE(i8, 1, P, I8) INTEGER_TILE(i8, 2, P, I8)
#define I8_TILES_3(P) I8_TILES_2(P) INTEGER_TILE(i8, 3, P, I8)
#define I8_TILES_6(P) \
    I8_TILES_3(P) INTEGER_TILE(i8, 4, P, I8) INTEGER_TILE(i8, 5, P, I8) INTEGER_TILE(i8, 6, P, I8)
#define I8_TILES_8(P) I8_TILES_6(P) INTEGER_TILE(i8, 7, P, I8) INTEGER_TILE(i8, 8, P, I8)

#define I4_TILE(R, P) INTEGER_TILE(i4, R, P, I4) INTEGER_TILE(i4m, R, P, I4_MIN)
#define I4_TILES_2(P) I4_TILE(1, P) I4_TILE(2, P)
#define I4_TILES_4(P) I4_TILES_2(P) I4_TILE(3, P) I4_TILE(4, P)
#define I4_TILES_6(P) I4_TILES_4(P) I4_TILE(5, P) I4_TILE(6, P)
#define I4_STREAM(R, P) INTEGER_STREAM(i4, R, P, I4) INTEGER_STREAM(i4m, R, P, I4_MIN)

#define NAMES_1(T, P, S) \
    { T##_1x##P##S }
#define NAMES_3(T, P, S) \
    { T##_1x##P##S, T##_2x##P##S, T##_3x##P##S }

#endif
