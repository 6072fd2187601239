// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// out[m, n] (+)= act(x[m, k] · w[n, k]ᵀ + bias) over a range of panels and rows.
//
// Panels go in groups that stay in the second-level cache while the rows stream past them, so that weights
// come from memory once a call. Each register tile leaves its sums in a small buffer, from which the epilogue
// takes bias, activation, gate and the output's type: the same instructions for every element.
//
// Operations 2·m·n·k; bytes: the weights once, x once a group. Measured on one Zen 4 core with bf16, as parts
// of its bf16 peak of 235 GFLOP/s and of its read bandwidth of 33 GB/s: m = 1 to 4, 90 to 110 % of the
// bandwidth; m = 8, 87 % of the peak; m = 12 and more, 91 to 97 %.

#ifndef VLLM_LINEAR_BODY_H
#define VLLM_LINEAR_BODY_H

#include "../activation/activation_body.h"
#include "integer_tile_body.h"

/// A group of panels larger than this leaves no room in the second-level cache for what passes it.
#define GROUP_BYTES (640u << 10)

enum { BUFFER_PANELS = 2 * MAX_PANELS > 2 * MAX_STREAM_PANELS ? 2 * MAX_PANELS : 2 * MAX_STREAM_PANELS };

INLINE void store_output(const vllm_linear_args *a, size_t at, vf y, int width) {
    if (a->output == VLLM_OUT_BF16) {
        uint16_t *out = (uint16_t *)a->out + at;
        if (width == 16) vf_store_bf16(out, y);
        else vf_store_bf16_n(out, y, width);
        return;
    }
    float *out = (float *)a->out + at;
    if (width == 16) {
        if (a->output == VLLM_OUT_ADD) y = vf_add(vf_load(out), y);
        vf_store(out, y);
    } else {
        if (a->output == VLLM_OUT_ADD) y = vf_add(vf_load_n(out, width), y);
        vf_store_n(out, y, width);
    }
}

/// The epilogue over `rows` rows from `row` and `count` panels from `panel`. `activation`, `gated` and
/// `is_short` (bf16 is all that is left of the activation) are constants where that pays.
INLINE void finish_with(const vllm_linear_args *a, const float *sums, size_t ld, int row, int rows, int panel,
                        int count, const vllm_activation activation, const int gated, const int is_short) {
    const int step = gated ? 2 : 1;
    for (int r = 0; r < rows; r++) {
        size_t out_row = a->out_rows ? (size_t)a->out_rows[row + r] : (size_t)(row + r);
        for (int p = 0; p < count; p += step) {
            int column = 16 * ((panel + p) / step), width = a->out_columns - column;
            if (width <= 0) break;
            const float *bias = a->bias ? a->bias + 16 * (size_t)(panel + p) : NULL;
            vf y = vf_load(sums + (size_t)r * ld + 16 * p);
            if (bias) y = vf_add(y, vf_load(bias));
            y = is_short ? silu_short(y) : activate(y, activation);
            if (gated) {
                vf up = vf_load(sums + (size_t)r * ld + 16 * (p + 1));
                if (bias) up = vf_add(up, vf_load(bias + 16));
                y = vf_mul(y, gated_factor(up, activation));
            }
            if (a->row_factors) y = vf_mul(y, vf_set1(a->row_factors[row + r]));
            store_output(a, out_row * a->ldo + (size_t)column, y, width < 16 ? width : 16);
        }
    }
}

static void finish(const vllm_linear_args *a, const float *sums, size_t ld, int row, int rows, int panel,
                   int count) {
    if (a->activation == VLLM_ACT_NONE && !a->gated)
        finish_with(a, sums, ld, row, rows, panel, count, VLLM_ACT_NONE, 0, 0);
    else if (a->activation == VLLM_ACT_SILU && a->gated && a->output == VLLM_OUT_BF16)
        finish_with(a, sums, ld, row, rows, panel, count, VLLM_ACT_SILU, 1, 1);
    else finish_with(a, sums, ld, row, rows, panel, count, a->activation, a->gated, 0);
}

/// The sums of `rows` rows and `count` panels, in tiles.
static void group_sums(const vllm_linear_args *a, tile_args *t, const char *const *panels, const char **next,
                       int rows, int count, prefetch_mode mode) {
    float *y = t->y;
    if (rows <= most_stream_rows(a->weight_dtype) && count == stream_width(a->weight_dtype, rows)) {
        t->panels = panels;
        ISA(vllm_stream_tiles)[a->weight_dtype][rows - 1](t);
        return;
    }
    int most = most_panels(a->weight_dtype, rows), tiles = (count + most - 1) / most;
    for (int i = 0, p = 0; i < tiles; i++) {
        int width = (count - p) / (tiles - i);
        t->panels = panels + p;
        t->y = y + 16 * p;
        ISA(vllm_tiles)[a->weight_dtype][mode][width - 1][rows - 1](t);
        if (mode == PREFETCH_NEXT)
            for (int j = 0; j < MAX_PANELS; j++) next[j] += t->next_stride * (size_t)t->steps;
        p += width;
    }
    t->y = y;
}

INLINE int is_integer(const vllm_linear_args *a) { return a->weight_dtype >= VLLM_DTYPE_I8; }

INLINE size_t panel_size(const vllm_linear_args *a) {
    return is_integer(a) ? vllm_integer_panel_bytes(a->weight_dtype, a->k, a->group)
                         : vllm_panel_bytes(a->weight_dtype, a->k);
}

INLINE int group_width(const vllm_linear_args *a, int rows) {
    if (rows <= most_stream_rows(a->weight_dtype)) {
        int width = stream_width(a->weight_dtype, rows);
        return width < 2 ? 2 : width;
    }
    size_t bytes = panel_size(a);
    int highest = most_rows(a->weight_dtype), tiles = (rows + highest - 1) / highest;
    int most = most_panels(a->weight_dtype, (rows + tiles - 1) / tiles), width = a->gated ? 2 * most : most,
        least = a->gated ? 2 : 1;
    while (width > least && (size_t)width * bytes > GROUP_BYTES) width -= least;
    return width;
}

void ISA(vllm_linear)(const vllm_linear_args *a, int panel_begin, int panel_end, int row_begin, int row_end);
void ISA(vllm_linear)(const vllm_linear_args *a, int panel_begin, int panel_end, int row_begin, int row_end) {
    int rows = row_end - row_begin;
    if (rows <= 0) return;
    alignas(64) float sums[MAX_TILE_ROWS * BUFFER_PANELS * 16];
    const char *panels[BUFFER_PANELS], *next[MAX_PANELS];
    size_t panel_bytes = panel_size(a);
    size_t element = is_integer(a) ? 1 : a->weight_dtype == VLLM_DTYPE_BF16 ? 2 : 4;
    int width = group_width(a, rows), most = most_rows(a->weight_dtype), tiles = (rows + most - 1) / most;
    tile_args t = {.ldx = a->ldx * element,
                   .steps = step_count(a->weight_dtype, a->k),
                   .y = sums,
                   .ldy = (size_t)width * 16,
                   .next = next,
                   .panel_bytes = panel_bytes,
                   .k = a->k,
                   .group = a->group,
                   .ld_offsets = a->ld_offsets};
    for (int panel = panel_begin; panel < panel_end; panel += width) {
        int count = panel_end - panel < width ? panel_end - panel : width;
        for (int p = 0; p < count; p++)
            panels[p] = (const char *)a->weight + (size_t)(panel + p) * panel_bytes;
        // The next group comes into the cache while the later row tiles of this one are computed.
        int most_wide = most_panels(a->weight_dtype, rows / tiles);
        size_t calls = (size_t)(tiles - 1) * (size_t)((count + most_wide - 1) / most_wide);
        t.next_stride = calls > 0 && panel + count < panel_end
                            ? (size_t)count * panel_bytes / (calls * (size_t)t.steps)
                            : 0;
        for (int p = 0; p < MAX_PANELS; p++) next[p] = panels[count - 1] + panel_bytes + 64 * p;
        for (int i = 0, r = 0; i < tiles; i++) {
            int height = (rows - r) / (tiles - i), row = row_begin + r;
            t.x = (const char *)a->x + (size_t)row * a->ldx * element;
            if (is_integer(a)) {
                t.x_scales = a->x_scales + row;
                t.x_offsets = a->x_offsets + (size_t)row * a->ld_offsets;
            }
            group_sums(a, &t, panels, next, height, count, i == 0 ? PREFETCH_AHEAD : PREFETCH_NEXT);
            finish(a, sums, t.ldy, row, height, panel, count);
            r += height;
        }
    }
}

#endif
