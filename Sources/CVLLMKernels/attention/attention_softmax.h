// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// From scores to probabilities, and the merge of what the splits of a context gave.

#ifndef VLLM_ATTENTION_SOFTMAX_H
#define VLLM_ATTENTION_SOFTMAX_H

#include "attention_rows.h"

/// What is added to a row's scores at the positions from `at` of the split on, in base-two units: ALiBi.
typedef struct {
    vf slope, origin; // of the row's head; how far the split's first position is from the query
} attention_slope;
INLINE attention_slope slope_of(const attention_tile *t, int row, int split) {
    float slope = t->a->alibi ? t->a->alibi[row_head(t, row)] * LOG2_E : 0;
    static const float lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    vf first = vf_set1((float)(split - row_position(t, row)));
    return (attention_slope){vf_set1(slope), vf_add(first, vf_load(lanes))};
}
INLINE vf add_slope(attention_slope s, vf x, int at) {
    return vf_fma(vf_add(s.origin, vf_set1((float)at)), s.slope, x);
}

/// Scores are products times a scale that is applied with the exponential, except where they are capped.
INLINE float late_scale(const vllm_attention_args *a) { return a->soft_cap > 0 ? 1 : a->scale * LOG2_E; }

/// Caps scores and masks them to [low, high); returns the maximum in base-two units. `alibi` is a constant.
INLINE float mask_scores(const attention_tile *t, float *scores, attention_slope slope, int low, int high,
                         const int alibi) {
    const vllm_attention_args *a = t->a;
    vf largest = vf_set1(-__builtin_inff()), scale = vf_set1(late_scale(a));
    vf cap = vf_set1(a->soft_cap * LOG2_E), inner = vf_set1(2 * LOG2_E * a->scale / a->soft_cap);
    for (int at = low / 16 * 16; at < high; at += 16) {
        vf x = vf_load(scores + at);
        if (a->soft_cap > 0) x = vf_tanh_scaled(vf_mul(x, inner), cap);
        int edge = at < low || at + 16 > high;
        if (edge) x = vf_select(vm_range(low - at, high - at), x, vf_set1(-__builtin_inff()));
        if (edge || a->soft_cap > 0) vf_store(scores + at, x);
        if (alibi) x = add_slope(slope, vf_mul(x, scale), at);
        largest = vf_max(x, largest);
    }
    return vf_largest(largest) * (alibi ? 1 : late_scale(a));
}

/// P = 2^(score − largest), rounded to the cache's type if that is bf16; returns the sum of what is stored.
INLINE float exponentials(const attention_tile *t, const float *scores, char *p, attention_slope slope,
                          float largest, int low, int high, const int alibi) {
    int first = low / 16 * 16, last = (high + 15) / 16 * 16, bf16 = t->a->cache_dtype == VLLM_DTYPE_BF16;
    vf sum = vf_zero(), shift = vf_set1(-largest), scale = vf_set1(late_scale(t->a));
    for (int at = first; at < last; at += 16) {
        vf x = vf_fma(vf_load(scores + at), scale, alibi ? add_slope(slope, shift, at) : shift);
        if (bf16) {
            vf_store_bf16((uint16_t *)(void *)p + at, vf_exp2_short(x));
        } else {
            vf e = vf_exp2(x);
            vf_store((float *)(void *)p + at, e);
            sum = vf_add(sum, e);
        }
    }
    if (!bf16) return vf_sum(sum);
    // The sum as products of pairs with one.
    vu ones = vu_set1(0x3f803f80u);
    int at = first;
    for (; at + 32 <= last; at += 32) sum = vf_dot2(sum, vu_load(p + 2 * at), ones);
    if (at < last) sum = vf_dot2(sum, vu_load_n(p + 2 * at, 8), ones);
    return vf_sum(sum);
}

/// The larger of two maxima; `old` and `new` become what goes with them is multiplied with to be added.
static float join_maxima(float first, float second, float *old, float *new) {
    float lanes[16] = {first, second}, both = first > second ? first : second;
    vf_store(lanes, vf_exp2(vf_sub(vf_load(lanes), vf_set1(both))));
    *old = lanes[0];
    *new = lanes[1];
    return both;
}

/// What a row's sums are multiplied with at last: one over the total, the head's sink in it.
static float inverse_total(const attention_tile *t, int row) {
    if (!t->a->sinks) return 1.0f / t->totals[row];
    float old, new;
    join_maxima(t->maxima[row], t->a->sinks[row_head(t, row)] * LOG2_E, &old, &new);
    return old / (t->totals[row] * old + new);
}

/// Merges the part of a split into a row's sums.
static void merge(const attention_tile *t, int row, const float *part, float largest, float total) {
    float *sums = t->sums + (size_t)row * t->dim;
    if (t->totals[row] < 0) { // nothing yet
        memcpy(sums, part, t->dim * 4);
        t->maxima[row] = largest;
        t->totals[row] = total;
        return;
    }
    float old, new, both = join_maxima(t->maxima[row], largest, &old, &new);
    for (size_t d = 0; d < t->dim; d += 16) {
        vf x = vf_mul(vf_load(sums + d), vf_set1(old));
        vf_store(sums + d, vf_fma(vf_load(part + d), vf_set1(new), x));
    }
    t->maxima[row] = both;
    t->totals[row] = t->totals[row] * old + total * new;
}

/// Keeps what a split gave a row: merged with the splits before it, or apart.
static void keep(const attention_tile *t, int row, const float *part, int split, float largest, float total) {
    if (!t->item->parts) {
        merge(t, row, part, largest, total);
        return;
    }
    size_t width = attention_part_width(t->a);
    size_t index = (size_t)(split / VLLM_ATTENTION_SPLIT - t->item->split_begin) * (size_t)t->rows;
    float *out = t->item->parts + (index + (size_t)row) * width;
    memcpy(out, part, t->dim * 4);
    out[t->dim] = largest;
    out[t->dim + 1] = total;
}

#endif
