// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The register tiles of weights of whole numbers, against activations of whole numbers.
//
//   I8:      y[r][c] = scale[c] · s[r] · (Σ_k q[r][k] · code[k][c] + offset[r])
//   groups:  y[r][c] = s[r] · Σ_g (scale[g][c] · (Σ_k q[r][k] · code[k][c] + offset[r][g])
//                                  − minimum[g][c] · Σ_k q[r][k])
//
// where the offsets take off what codes are above their values. Sums of whole numbers are exact, and groups
// are added in order, so that y's bits depend on neither R nor P. One dot-product instruction makes 64
// products; a line of four bits is opened by a mask and a shift, and a line of further bits by a shift and a
// mask for each four inputs. A group costs a conversion and a fused multiplication an output on top, and
// another for a minimum, so groups of 32 reach 8/9 of the peak at best.

#ifndef VLLM_INTEGER_TILE_BODY_H
#define VLLM_INTEGER_TILE_BODY_H

#include "group_factors.h"
#include "tile_body.h"

/// What a tile brings into the cache while it computes; of a panel, what stands before `end`.
typedef struct {
    const char *w[8], *next[8];
    size_t next_at, next_stride, ahead, panel, end;
} integer_prefetch;

/// Short panels end before the processor's own prefetching has begun: twice as far ahead gives a tenth more.
#define SHORT_PANEL (16u << 10)

INLINE integer_prefetch integer_prefetch_begin(const tile_args *a, size_t end, const int P,
                                               const prefetch_mode mode) {
    integer_prefetch f = {.next_stride = a->next_stride, .panel = a->panel_bytes, .end = end};
    UNROLL
    for (int p = 0; p < P; p++) {
        f.w[p] = a->panels[p];
        if (mode == PREFETCH_NEXT) f.next[p] = a->next[p];
    }
    f.ahead = mode == PREFETCH_STREAM ? STREAM_AHEAD : BLOCK_AHEAD;
    if (mode == PREFETCH_STREAM && a->group && end < SHORT_PANEL) f.ahead = 2 * STREAM_AHEAD;
    if (f.ahead > end) f.ahead = end;
    return f;
}

INLINE void integer_prefetch_line(integer_prefetch *f, const int P, const prefetch_mode mode) {
    if (mode == PREFETCH_NEXT) {
        UNROLL
        for (int p = 0; p < P; p++) __builtin_prefetch(f->next[p] + f->next_at, 0, 2);
        f->next_at += f->next_stride;
        return;
    }
    f->ahead += f->ahead == f->end ? (size_t)P * f->panel - f->end : 0; // on to the panels after these
    UNROLL
    for (int p = 0; p < P; p++) __builtin_prefetch(f->w[p] + f->ahead, 0, 2);
    f->ahead += 64;
}

/// sums[r][p] += four inputs of row r, from byte `at` on, times four codes of each column of panel p.
INLINE void dot_quads(vu sums[MAX_TILE_ROWS][8], const vu codes[8], const char *const x[MAX_TILE_ROWS],
                      size_t at, const int R, const int P) {
    UNROLL
    for (int r = 0; r < R; r++) {
        vu quad = broadcast_pair(x[r] + at);
        UNROLL
        for (int p = 0; p < P; p++) sums[r][p] = vi_dot4(sums[r][p], codes[p], quad);
    }
}

INLINE void i8_tile(const tile_args *a, const int R, const int P, const prefetch_mode mode) {
    vu sums[MAX_TILE_ROWS][8];
    const char *x[MAX_TILE_ROWS];
    integer_prefetch f = integer_prefetch_begin(a, a->panel_bytes, P, mode);
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
        dot_quads(sums, column, x, at, R, P);
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

/// Adds the products of the inputs of the line at `line`, from `at` on. `upper` has the upper bits of codes,
/// those of this line in the upper half of each byte, and moves on to the next.
INLINE void dot_line(vu sums[MAX_TILE_ROWS][8], const char *const w[8], vu upper[8],
                     const char *const x[MAX_TILE_ROWS], size_t at, size_t line, const vllm_code_layout l,
                     const int R, const int P) {
    const vu mask = vu_set1(0x0f0f0f0fu), bits = vu_set1(l.high == 1 ? 0x10101010u : 0x30303030u);
    vu low[8], high[8];
    UNROLL
    for (int p = 0; p < P; p++) {
        low[p] = vu_load(w[p] + line);
        if (l.line == 4) continue;
        high[p] = vu_and(vu_shr(low[p], 4), mask);
        low[p] = vu_and(low[p], mask);
        if (!l.high) continue;
        low[p] = vu_or(low[p], vu_and(upper[p], bits));
        high[p] = vu_or(high[p], vu_and(vu_shr(upper[p], l.high), bits));
        upper[p] = vu_or(vu_shr(upper[p], 2 * l.high), vu_shl(upper[p], 32 - 2 * l.high));
    }
    dot_quads(sums, low, x, at, R, P);
    if (l.line == 8) dot_quads(sums, high, x, at + 4, R, P);
}

/// Adds the products of a group whose lines begin at `line`; returns where they end.
INLINE size_t dot_group(vu sums[MAX_TILE_ROWS][8], integer_prefetch *f, const char *const x[MAX_TILE_ROWS],
                        size_t at, size_t group, size_t line, const vllm_code_layout l, const int R,
                        const int P, const prefetch_mode mode) {
    vu upper[8];
    if (l.high) {
        integer_prefetch_line(f, P, mode);
        UNROLL
        for (int p = 0; p < P; p++) upper[p] = vu_load(f->w[p] + line);
        line += 64;
    }
    if (l.group == 2 * l.line) {
        UNROLL
        for (int i = 0; i < 2; i++, line += 64) {
            integer_prefetch_line(f, P, mode);
            dot_line(sums, f->w, upper, x, at + (size_t)(i * l.line), line, l, R, P);
        }
        return line;
    }
    // A loop: lines that are loaded early drive sums out of the registers.
#pragma clang loop unroll(disable)
    for (const size_t stop = at + group; at < stop; at += (size_t)l.line, line += 64) {
        integer_prefetch_line(f, P, mode);
        dot_line(sums, f->w, upper, x, at, line, l, R, P);
    }
    return line;
}

enum { MOST_GROUPED_PANELS = MAX_STREAM_PANELS > MAX_PANELS ? MAX_STREAM_PANELS : MAX_PANELS };

/// What stands in the headers of a block of each panel, and the sums of activations that minimums take.
typedef struct {
    alignas(64) float factors[HEADER_FACTORS * 16 * MOST_GROUPED_PANELS];
    float offsets[MAX_TILE_ROWS][16];
} open_block;

INLINE void open_blocks(open_block *b, const tile_args *a, integer_prefetch *f, size_t line, size_t g,
                        const vllm_dtype dtype, const int R, const int P, const prefetch_mode mode) {
    const vllm_code_layout l = vllm_code_layout_of(dtype);
    UNROLL
    for (int p = 0; p < P; p++) open_header(b->factors + 16 * p, 16 * P, f->w[p] + line, dtype);
    for (int i = 0; i < l.header / 64; i++) integer_prefetch_line(f, P, mode);
    if (dtype != VLLM_DTYPE_Q4_K) return;
    const int groups = l.block / l.group;
    UNROLL
    for (int r = 0; r < R; r++) {
        vu offsets = vu_load_n(a->x_offsets + (size_t)r * a->ld_offsets + g, groups);
        vf_store(b->offsets[r], vf_from_int(offsets));
    }
}

/// Weights that have scales by group.
INLINE void grouped_tile(const tile_args *a, const int R, const int P, const vllm_dtype dtype,
                         const prefetch_mode mode) {
    const vllm_code_layout l = vllm_code_layout_of(dtype);
    const int has_minimums = dtype == VLLM_DTYPE_I4_MIN || dtype == VLLM_DTYPE_Q4_K;
    const size_t end = (size_t)a->k, group = (size_t)(l.group ? l.group : a->group);
    vf totals[MAX_TILE_ROWS][8];
    const char *x[MAX_TILE_ROWS];
    integer_prefetch f = integer_prefetch_begin(a, vllm_code_bytes(l, a->k), P, mode);
    UNROLL
    for (int r = 0; r < R; r++) {
        x[r] = a->x + (size_t)r * a->ldx;
        UNROLL
        for (int p = 0; p < P; p++) totals[r][p] = vf_zero();
    }
    open_block block;
    size_t scale_at = vllm_code_bytes(l, a->k), minimum_at = scale_at + end / group * 32;
    for (size_t at = 0, line = 0, g = 0; at < end; at += group, g++) {
        const size_t in_block = l.header ? g % (size_t)(l.block / l.group) : 0;
        if (l.header && in_block == 0) {
            open_blocks(&block, a, &f, line, g, dtype, R, P, mode);
            line += (size_t)l.header;
        }
        vu sums[MAX_TILE_ROWS][8];
        UNROLL
        for (int r = 0; r < R; r++) {
            const int32_t *offset = a->x_offsets + (size_t)r * a->ld_offsets + g;
            UNROLL
            for (int p = 0; p < P; p++) sums[r][p] = vu_set1(l.zero ? (uint32_t)*offset : 0);
        }
        line = dot_group(sums, &f, x, at, group, line, l, R, P, mode);
        UNROLL
        for (int p = 0; p < P; p++) {
            vf scale, minimum = vf_zero();
            if (l.header) {
                const float *from = block.factors + in_block * 16 * P + 16 * p;
                scale = vf_load(from);
                if (has_minimums) minimum = vf_load(from + HEADER_FACTORS / 2 * 16 * P);
            } else {
                scale = vf_load_f16((const uint16_t *)(const void *)(f.w[p] + scale_at));
                // These stand behind the codes, so that the panels after these have to fetch theirs ahead.
                if (mode != PREFETCH_NEXT) __builtin_prefetch(f.w[p] + (size_t)P * f.panel + scale_at, 0, 2);
                if (has_minimums)
                    minimum = vf_load_f16((const uint16_t *)(const void *)(f.w[p] + minimum_at));
            }
            UNROLL
            for (int r = 0; r < R; r++) {
                totals[r][p] = vf_fma(vf_from_int(sums[r][p]), scale, totals[r][p]);
                if (!has_minimums) continue;
                // The offset is −8 times, or −1 times, the sum of the group's activations, and exact.
                float offset = l.header ? block.offsets[r][in_block]
                                        : 0.125f * (float)a->x_offsets[(size_t)r * a->ld_offsets + g];
                totals[r][p] = vf_fma(minimum, vf_set1(offset), totals[r][p]);
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
#define I4(a, R, P, mode) grouped_tile(a, R, P, VLLM_DTYPE_I4, mode)
#define I4_MIN(a, R, P, mode) grouped_tile(a, R, P, VLLM_DTYPE_I4_MIN, mode)
#define Q8_0(a, R, P, mode) grouped_tile(a, R, P, VLLM_DTYPE_Q8_0, mode)
#define Q5_0(a, R, P, mode) grouped_tile(a, R, P, VLLM_DTYPE_Q5_0, mode)
#define Q4_K(a, R, P, mode) grouped_tile(a, R, P, VLLM_DTYPE_Q4_K, mode)
#define Q6_K(a, R, P, mode) grouped_tile(a, R, P, VLLM_DTYPE_Q6_K, mode)

#define I8_TILES_2(P) INTEGER_TILE(i8, 1, P, I8) INTEGER_TILE(i8, 2, P, I8)
#define I8_TILES_3(P) I8_TILES_2(P) INTEGER_TILE(i8, 3, P, I8)
#define I8_TILES_6(P) \
    I8_TILES_3(P) INTEGER_TILE(i8, 4, P, I8) INTEGER_TILE(i8, 5, P, I8) INTEGER_TILE(i8, 6, P, I8)
#define I8_TILES_8(P) I8_TILES_6(P) INTEGER_TILE(i8, 7, P, I8) INTEGER_TILE(i8, 8, P, I8)

#define GROUPED_TILE(R, P) \
    INTEGER_TILE(i4, R, P, I4) \
    INTEGER_TILE(i4m, R, P, I4_MIN) INTEGER_TILE(q8, R, P, Q8_0) INTEGER_TILE(q5, R, P, Q5_0)
#define BLOCK_TILE(R, P) INTEGER_TILE(q4k, R, P, Q4_K) INTEGER_TILE(q6k, R, P, Q6_K)
#define TILES_2_OF(T, P) T(1, P) T(2, P)
#define TILES_4_OF(T, P) TILES_2_OF(T, P) T(3, P) T(4, P)
#define TILES_6_OF(T, P) TILES_4_OF(T, P) T(5, P) T(6, P)
#define TILES_12_OF(T, P) TILES_6_OF(T, P) T(7, P) T(8, P) T(9, P) T(10, P) T(11, P) T(12, P)
#define GROUPED_STREAM(R, P) \
    INTEGER_STREAM(i4, R, P, I4) \
    INTEGER_STREAM(i4m, R, P, I4_MIN) \
    INTEGER_STREAM(q8, R, P, Q8_0) \
    INTEGER_STREAM(q5, R, P, Q5_0) INTEGER_STREAM(q4k, R, P, Q4_K) INTEGER_STREAM(q6k, R, P, Q6_K)
/// One entry a type that has scales by group, in the order of vllm_dtype.
#define GROUPED(M, BLOCKS) M(i4), M(i4m), M(q8), M(q5), BLOCKS(q4k), BLOCKS(q6k)

#define NAMES_1(T, P, S) \
    { T##_1x##P##S }
#define NAMES_3(T, P, S) \
    { T##_1x##P##S, T##_2x##P##S, T##_3x##P##S }

#endif
