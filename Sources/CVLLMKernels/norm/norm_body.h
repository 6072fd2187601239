// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Norms over rows of float32, and the scaling and conversion of rows.
//   root mean square: x / √(mean(x²) + ε) · weight + bias      layer: (x − mean) / √(var + ε) · weight + bias
// Bytes: the row twice, from the cache.

#ifndef VLLM_NORM_BODY_H
#define VLLM_NORM_BODY_H

#include "rows_body.h"

void ISA(vllm_norm)(const vllm_norm_args *a, int row_begin, int row_end);
void ISA(vllm_norm)(const vllm_norm_args *a, int row_begin, int row_end) {
    for (int row = row_begin; row < row_end; row++) {
        const float *x = a->x + (size_t)row * a->ldx;
        float mean = a->layer_norm ? row_sum(x, a->n, 0, 1) / (float)a->n : 0;
        vf scale = vf_set1(inverse_deviation(x, a->n, mean, a->epsilon)), shift = vf_set1(mean);
        for (int at = 0; at < a->n; at += 16) {
            int lanes = a->n - at < 16 ? a->n - at : 16;
            vf y = vf_mul(vf_sub(vf_load_n(x + at, lanes), shift), scale);
            y = vf_mul(y, vf_load_n(a->weight + at, lanes));
            if (a->bias) y = vf_add(y, vf_load_n(a->bias + at, lanes));
            if (a->add) y = vf_add(vf_load_n((float *)a->out + (size_t)row * a->ldo + at, lanes), y);
            store_as(a->out, a->out_dtype, (size_t)row * a->ldo + (size_t)at, y, lanes);
        }
    }
}

void ISA(vllm_scale)(float *x, size_t n, float factor, float cap);
void ISA(vllm_scale)(float *x, size_t n, float factor, float cap) {
    vf scale = vf_set1(factor), bound = vf_set1(cap), inner = vf_set1(cap > 0 ? 2 * LOG2_E / cap : 0);
    for (size_t at = 0; at < n; at += 16) {
        int lanes = n - at < 16 ? (int)(n - at) : 16;
        vf y = vf_mul(vf_load_n(x + at, lanes), scale);
        if (cap > 0) y = vf_tanh_scaled(vf_mul(y, inner), bound);
        vf_store_n(x + at, y, lanes);
    }
}

void ISA(vllm_convert)(void *out, vllm_dtype out_dtype, const float *x, size_t n);
void ISA(vllm_convert)(void *out, vllm_dtype out_dtype, const float *x, size_t n) {
    store_row(out, out_dtype, x, n);
}

#endif
