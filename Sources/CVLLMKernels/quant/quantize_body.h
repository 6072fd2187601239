// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Rounds rows to whole numbers.
//   activations: q = round(x · 127 / max|x|), a scale a row
//   weights, 8 bits: the same; 4 bits: code = round(x / scale) + 8 in 0…15, a scale a group
// Bytes: the row twice, from the cache.

#ifndef VLLM_QUANTIZE_BODY_H
#define VLLM_QUANTIZE_BODY_H

#include "../include/vllm_kernels.h"
#include "../support/float_bits.h"
#include "../support/vector_math.h"

INLINE vf load_activations(const void *x, vllm_dtype dtype, size_t at, int lanes) {
    if (dtype == VLLM_DTYPE_F32) return vf_load_n((const float *)x + at, lanes);
    if (lanes == 16) return vf_load_bf16((const uint16_t *)x + at);
    uint16_t tail[16] = {0};
    memcpy(tail, (const uint16_t *)x + at, (size_t)lanes * 2);
    return vf_load_bf16(tail);
}

INLINE vf vf_magnitude(vf x) { return vf_from_bits(vu_and(vu_from_float(x), vu_set1(0x7fffffffu))); }

/// The largest |x| of a row; NaN where one is no finite number.
INLINE float row_magnitude(const void *x, vllm_dtype dtype, int k) {
    vf largest = vf_zero(), poison = vf_zero();
    for (int at = 0; at < k; at += 16) {
        vf v = load_activations(x, dtype, (size_t)at, k - at < 16 ? k - at : 16);
        largest = vf_max(vf_magnitude(v), largest);
        poison = vf_fma(v, vf_zero(), poison); // 0 · ∞ and 0 · NaN are NaN
    }
    return vf_largest(largest) + vf_sum(poison);
}

void ISA(vllm_quantize)(const vllm_quantize_args *a, int row_begin, int row_end);
void ISA(vllm_quantize)(const vllm_quantize_args *a, int row_begin, int row_end) {
    int group = a->group ? a->group : (a->k + 15) / 16 * 16;
    for (int row = row_begin; row < row_end; row++) {
        const char *x = (const char *)a->x + (size_t)row * a->ldx * (a->x_dtype == VLLM_DTYPE_F32 ? 4 : 2);
        int8_t *q = a->q + (size_t)row * a->ldq;
        int32_t *offsets = a->offsets + (size_t)row * a->ld_offsets;
        float largest = row_magnitude(x, a->x_dtype, a->k);
        vf factor = vf_set1(largest > 0 ? 127.0f / largest : 0);
        a->scales[row] = largest * (1.0f / 127.0f);
        for (int begin = 0, g = 0; begin < a->k; begin += group, g++) {
            int end = begin + group < a->k ? begin + group : a->k;
            vu sum = vu_set1(0);
            for (int at = begin; at < end; at += 16) {
                int lanes = end - at < 16 ? end - at : 16;
                vu code = vi_round(vf_mul(load_activations(x, a->x_dtype, (size_t)at, lanes), factor));
                sum = vu_add(sum, code);
                vi_store_bytes(q + at, code, (lanes + 3) / 4 * 4);
            }
            offsets[g] = -a->zero * vi_sum(sum);
        }
    }
}

/// How well x ≈ scale · (code − 8) can be for codes rounded with `inverse`: (Σ x·c)² / Σ c², and that scale.
INLINE float four_bit_gain(const float *x, int group, float inverse, float *scale) {
    vf cross = vf_zero(), square = vf_zero();
    for (int at = 0; at < group; at += 16) {
        vf v = vf_load(x + at);
        vf c = vf_min(vf_set1(7), vf_max(vf_set1(-8), vf_from_int(vi_round(vf_mul(v, vf_set1(inverse))))));
        cross = vf_fma(v, c, cross);
        square = vf_fma(c, c, square);
    }
    float xc = vf_sum(cross), cc = vf_sum(square);
    *scale = cc > 0 ? xc / cc : 0;
    return cc > 0 ? xc * xc / cc : 0;
}

enum { SCALE_STEPS = 9 };

/// The scale of a group: the largest weight lies at −8 or thereabouts, a little more or less, whatever leaves
/// the least squares (the search is that of llama.cpp's 4-bit formats, ggml-quants.c, make_qx_quants).
INLINE float four_bit_scale(const float *x, int group) {
    float extreme = 0, best = 0, chosen = 0;
    for (int j = 0; j < group; j++)
        if (__builtin_fabsf(x[j]) > __builtin_fabsf(extreme)) extreme = x[j];
    if (extreme == 0 || extreme != extreme) return 0;
    for (int step = -SCALE_STEPS; step <= SCALE_STEPS; step++) {
        float scale, gain = four_bit_gain(x, group, -(8.0f + 0.1f * (float)step) / extreme, &scale);
        if (gain > best) {
            best = gain;
            chosen = scale;
        }
    }
    return vllm_from_f16(vllm_to_f16(chosen));
}

void ISA(vllm_quantize_weights)(int8_t *codes, float *scales, const float *x, vllm_dtype packed, int k,
                                int group);
void ISA(vllm_quantize_weights)(int8_t *codes, float *scales, const float *x, vllm_dtype packed, int k,
                                int group) {
    if (packed == VLLM_DTYPE_I8) {
        float largest = row_magnitude(x, VLLM_DTYPE_F32, k);
        vf factor = vf_set1(largest > 0 ? 127.0f / largest : 0);
        scales[0] = largest * (1.0f / 127.0f);
        for (int at = 0; at < k; at += 16) {
            int lanes = k - at < 16 ? k - at : 16;
            vi_store_bytes(codes + at, vi_round(vf_mul(vf_load_n(x + at, lanes), factor)), lanes);
        }
        return;
    }
    for (int begin = 0, g = 0; begin < k; begin += group, g++) {
        float scale = four_bit_scale(x + begin, group);
        scales[g] = scale;
        vf inverse = vf_set1(scale != 0 ? 1 / scale : 0), low = vf_set1(-8), high = vf_set1(7);
        for (int at = begin; at < begin + group; at += 16) {
            vf c = vf_from_int(vi_round(vf_mul(vf_load(x + at), inverse)));
            vu code = vu_add(vi_round(vf_min(high, vf_max(low, c))), vu_set1(8));
            vi_store_bytes(codes + at, code, 16);
        }
    }
}

#endif
