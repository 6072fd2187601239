// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Sums over a row and stores in any type. Sums go to four accumulators of 16 lanes by position, then down a
// tree.

#ifndef VLLM_ROWS_BODY_H
#define VLLM_ROWS_BODY_H

#include "../include/vllm_kernels.h"
#include "../support/vector_math.h"

/// Σ (x − mean)², or Σ x if `plain`.
INLINE float row_sum(const float *x, int n, float mean, int plain) {
    vf sums[4] = {vf_zero(), vf_zero(), vf_zero(), vf_zero()}, shift = vf_set1(mean);
    int at = 0;
    for (; at + 64 <= n; at += 64)
        for (int i = 0; i < 4; i++) {
            vf v = vf_load(x + at + 16 * i), d = vf_sub(v, shift);
            sums[i] = plain ? vf_add(sums[i], v) : vf_fma(d, d, sums[i]);
        }
    for (int i = 0; at < n; at += 16, i++) {
        int lanes = n - at < 16 ? n - at : 16;
        vf v = vf_load_n(x + at, lanes), d = vf_select(vm_range(0, lanes), vf_sub(v, shift), vf_zero());
        sums[i] = plain ? vf_add(sums[i], v) : vf_fma(d, d, sums[i]);
    }
    return vf_sum(vf_add(vf_add(sums[0], sums[2]), vf_add(sums[1], sums[3])));
}

INLINE void store_as(void *out, vllm_dtype dtype, size_t at, vf y, int lanes) {
    if (dtype == VLLM_DTYPE_F32) {
        if (lanes == 16) vf_store((float *)out + at, y);
        else vf_store_n((float *)out + at, y, lanes);
    } else if (dtype == VLLM_DTYPE_BF16) {
        if (lanes == 16) vf_store_bf16((uint16_t *)out + at, y);
        else vf_store_bf16_n((uint16_t *)out + at, y, lanes);
    } else {
        if (lanes == 16) vf_store_f16((uint16_t *)out + at, y);
        else vf_store_f16_n((uint16_t *)out + at, y, lanes);
    }
}

/// 1 / √(mean of the squared distances + ε)
INLINE float inverse_deviation(const float *x, int n, float mean, float epsilon) {
    return 1.0f / __builtin_elementwise_sqrt(row_sum(x, n, mean, 0) / (float)n + epsilon);
}

/// n elements converted.
INLINE void store_row(void *out, vllm_dtype dtype, const float *x, size_t n) {
    size_t at = 0;
    for (; at + 16 <= n; at += 16) store_as(out, dtype, at, vf_load(x + at), 16);
    if (at < n) store_as(out, dtype, at, vf_load_n(x + at, (int)(n - at)), (int)(n - at));
}

#endif
