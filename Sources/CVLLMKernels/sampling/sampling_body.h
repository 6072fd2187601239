// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Reductions over a row of logits. A NaN counts as −∞. Sums run in blocks of SUM_BLOCK elements, each block
// in float32 over 16 lanes and a tree, blocks in double, in rising order.

#ifndef VLLM_SAMPLING_BODY_H
#define VLLM_SAMPLING_BODY_H

#include "../include/vllm_kernels.h"
#include "../support/vector_math.h"

#define SUM_BLOCK 1024

INLINE vf load_padded(const float *x, int at, int n, float pad) {
    if (at + 16 <= n) return vf_load(x + at);
    return vf_select(vm_range(0, n - at), vf_load_n(x + at, n - at), vf_set1(pad));
}

/// The largest that is not NaN; −∞ if there is none.
static float largest(const float *x, int n) {
    vf best[4];
    for (int i = 0; i < 4; i++) best[i] = vf_set1(-__builtin_inff());
    int at = 0;
    for (; at + 64 <= n; at += 64)
        for (int i = 0; i < 4; i++) best[i] = vf_max(vf_load(x + at + 16 * i), best[i]);
    for (; at < n; at += 16) best[0] = vf_max(load_padded(x, at, n, -__builtin_inff()), best[0]);
    return vf_largest(vf_max(vf_max(best[0], best[1]), vf_max(best[2], best[3])));
}

int ISA(vllm_argmax)(const float *x, int n);
int ISA(vllm_argmax)(const float *x, int n) {
    vf best = vf_set1(largest(x, n));
    for (int at = 0; at < n; at += 16) {
        uint32_t found = vm_bits(vf_le(best, load_padded(x, at, n, __builtin_nanf(""))));
        if (found) return at + __builtin_ctz(found);
    }
    return 0;
}

int ISA(vllm_count_greater)(const float *x, int n, float value);
int ISA(vllm_count_greater)(const float *x, int n, float value) {
    int count = 0;
    for (int at = 0; at < n; at += 16)
        count += __builtin_popcount(vm_bits(vf_lt(vf_set1(value), load_padded(x, at, n, -__builtin_inff()))));
    return count;
}

/// ln x for a finite x ≥ 1, by 2 artanh((m − 1) / (m + 1)) of the mantissa m in [√½, √2).
static double natural_log(double x) {
    uint64_t bits;
    memcpy(&bits, &x, 8);
    int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
    double m;
    memcpy(&m, &bits, 8);
    if (m > 1.4142135623730951) {
        m /= 2;
        exponent++;
    }
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int i = 21; i > 0; i -= 2) sum = sum * square + 1.0 / i;
    return 2 * s * sum + exponent * 0.6931471805599453;
}

float ISA(vllm_log_sum_exp)(const float *x, int n);
float ISA(vllm_log_sum_exp)(const float *x, int n) {
    float most = largest(x, n);
    if (!(most > -__builtin_inff() && most < __builtin_inff())) return most;
    double total = 0;
    for (int begin = 0; begin < n; begin += SUM_BLOCK) {
        int end = n - begin < SUM_BLOCK ? n : begin + SUM_BLOCK;
        vf sum = vf_zero();
        for (int at = begin; at < end; at += 16) {
            vf e = vf_exp(vf_sub(load_padded(x, at, end, -__builtin_inff()), vf_set1(most)));
            sum = vf_add(sum, vf_select(vf_is_nan(e), vf_zero(), e));
        }
        total += (double)vf_sum(sum);
    }
    return (float)((double)most + natural_log(total));
}

/// True where (a, i) comes before (b, j): larger, or equal and lower.
INLINE int before(float a, int32_t i, float b, int32_t j) { return a > b || (a == b && i < j); }

/// Lets the element at `at` sink in a heap whose root comes last.
static void sink(float *values, int32_t *indices, int size, int at) {
    for (;;) {
        int last = at, left = 2 * at + 1;
        for (int child = left; child < left + 2 && child < size; child++)
            if (before(values[last], indices[last], values[child], indices[child])) last = child;
        if (last == at) return;
        float value = values[at];
        int32_t index = indices[at];
        values[at] = values[last];
        indices[at] = indices[last];
        values[last] = value;
        indices[last] = index;
        at = last;
    }
}

void ISA(vllm_top_k)(const float *x, int n, int k, int32_t *indices, float *values);
void ISA(vllm_top_k)(const float *x, int n, int k, int32_t *indices, float *values) {
    if (k <= 0) return;
    for (int i = n; i < k; i++) {
        indices[i] = -1;
        values[i] = -__builtin_inff();
    }
    if (k > n) k = n;
    if (k <= 0) return;
    for (int i = 0; i < k; i++) {
        values[i] = x[i] == x[i] ? x[i] : -__builtin_inff();
        indices[i] = i;
    }
    for (int i = k / 2 - 1; i >= 0; i--) sink(values, indices, k, i);
    for (int at = k; at < n; at += 16) {
        uint32_t found = vm_bits(vf_lt(vf_set1(values[0]), load_padded(x, at, n, -__builtin_inff())));
        for (; found; found &= found - 1) {
            int i = at + __builtin_ctz(found);
            if (!(x[i] > values[0])) continue;
            values[0] = x[i];
            indices[0] = i;
            sink(values, indices, k, 0);
        }
    }
    for (int size = k - 1; size > 0; size--) {
        float value = values[0];
        int32_t index = indices[0];
        values[0] = values[size];
        indices[0] = indices[size];
        values[size] = value;
        indices[size] = index;
        sink(values, indices, size, 0);
    }
}

#endif
