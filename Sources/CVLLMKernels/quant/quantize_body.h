// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Rounds rows to whole numbers.
//   activations: q = round(x · 127 / max|x|), a scale a row
//   weights, 8 bits: the same, a scale a row, or a float16 one a group (Q8_0);
//            4 bits: code = round(x / scale) + 8 in 0…15, a scale a group
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

/// The largest |x| of a row; NaN where one is no finite number. Magnitudes order as the whole numbers that
/// their bits are, with what is not finite above all.
INLINE float row_magnitude(const void *x, vllm_dtype dtype, int k) {
    vu largest[2] = {vu_set1(0), vu_set1(0)}, mask = vu_set1(0x7fffffffu);
    int at = 0;
    if (dtype == VLLM_DTYPE_F32) {
        for (; at + 32 <= k; at += 32)
            for (int i = 0; i < 2; i++)
                largest[i] = vu_max(largest[i], vu_and(vu_load((const float *)x + at + 16 * i), mask));
    } else {
        for (; at + 32 <= k; at += 32) { // pairs: the odd one is the high half
            vu pairs = vu_load((const uint16_t *)x + at);
            largest[0] = vu_max(largest[0], vu_and(vu_shl(pairs, 16), mask));
            largest[1] = vu_max(largest[1], vu_and(pairs, vu_set1(0x7fff0000u)));
        }
    }
    for (; at < k; at += 16) {
        vf v = load_activations(x, dtype, (size_t)at, k - at < 16 ? k - at : 16);
        largest[0] = vu_max(largest[0], vu_and(vu_from_float(v), mask));
    }
    float found = vf_largest_bits(vu_max(largest[0], largest[1]));
    return found - found == 0 ? found : __builtin_nanf("");
}

/// Rounds elements begin…end of a row; returns the sum of the codes.
INLINE int32_t round_range(int8_t *q, const void *x, vllm_dtype dtype, int begin, int end, vf factor) {
    vu sum = vu_set1(0);
    int at = begin;
    for (; at + 16 <= end; at += 16) {
        vu code = vi_round(vf_mul(load_activations(x, dtype, (size_t)at, 16), factor));
        sum = vu_add(sum, code);
        vi_store_bytes(q + at, code, 16);
    }
    if (at < end) { // zeros fill the last four
        int lanes = end - at;
        vu code = vi_round(vf_mul(load_activations(x, dtype, (size_t)at, lanes), factor));
        sum = vu_add(sum, code);
        vi_store_bytes(q + at, code, (lanes + 3) / 4 * 4);
    }
    return vi_sum(sum);
}

void ISA(vllm_quantize)(const vllm_quantize_args *a, int row_begin, int row_end);
void ISA(vllm_quantize)(const vllm_quantize_args *a, int row_begin, int row_end) {
    int group = a->group ? a->group : a->k;
    for (int row = row_begin; row < row_end; row++) {
        const char *x = (const char *)a->x + (size_t)row * a->ldx * (a->x_dtype == VLLM_DTYPE_F32 ? 4 : 2);
        int8_t *q = a->q + (size_t)row * a->ldq;
        int32_t *offsets = a->offsets + (size_t)row * a->ld_offsets;
        float largest = row_magnitude(x, a->x_dtype, a->k);
        vf factor = vf_set1(largest > 0 ? 127.0f / largest : 0);
        a->scales[row] = largest * (1.0f / 127.0f);
        for (int begin = 0, g = 0; begin < a->k; begin += group, g++) {
            int end = begin + group < a->k ? begin + group : a->k;
            offsets[g] =
                -a->zero
                * (a->x_dtype == VLLM_DTYPE_F32 ? round_range(q, x, VLLM_DTYPE_F32, begin, end, factor)
                                                : round_range(q, x, VLLM_DTYPE_BF16, begin, end, factor));
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

/// Sixteen such searches at once, a lane each. Products are added in the order of vf_sum, so that each lane
/// has the bits that four_bit_gain gives: those of every sixteenth weight, then these sums by halves (the
/// order of leaves is that of reversed bits); the sums of c² are whole numbers, exact in any order.
INLINE vf four_bit_gains(const float *x, int group, vf inverse, vf *cross, vf *square) {
    vf sums[5], squares = vf_zero();
    int depth = 0;
#pragma clang loop unroll(full)
    for (int leaf = 0; leaf < 16; leaf++) {
        int first = leaf >> 3 | (leaf >> 1 & 2) | (leaf << 1 & 4) | (leaf << 3 & 8);
        vf sum = vf_zero();
        for (int at = first; at < group; at += 16) {
            vf v = vf_set1(x[at]);
            vf c = vf_min(vf_set1(7), vf_max(vf_set1(-8), vf_from_int(vi_round(vf_mul(v, inverse)))));
            sum = vf_fma(v, c, sum);
            squares = vf_fma(c, c, squares);
        }
        for (int half = leaf; half & 1; half >>= 1) sum = vf_add(sums[--depth], sum);
        sums[depth++] = sum;
    }
    *cross = sums[0];
    *square = squares;
    return vf_div(vf_mul(sums[0], sums[0]), squares);
}

/// The scale of a group: the largest weight lies at −8 or thereabouts, a little more or less, whatever leaves
/// the least squares (the search is that of llama.cpp's 4-bit formats, ggml-quants.c, make_qx_quants).
INLINE float four_bit_scale(const float *x, int group) {
    float extreme = 0, best = 0, chosen = 0;
    for (int j = 0; j < group; j++)
        if (__builtin_fabsf(x[j]) > __builtin_fabsf(extreme)) extreme = x[j];
    if (extreme == 0) return 0;
    float magnitude = row_magnitude(x, VLLM_DTYPE_F32, group);
    if (magnitude != magnitude) return magnitude;
    float inverses[16], gains[16], crosses[16], squares[16];
    for (int i = 0; i < 16; i++) inverses[i] = -(8.0f + 0.1f * (float)(i - SCALE_STEPS));
    vf cross, square;
    vf_store(gains, four_bit_gains(x, group, vf_div(vf_load(inverses), vf_set1(extreme)), &cross, &square));
    vf_store(crosses, cross);
    vf_store(squares, square);
    int lane = -1;
    for (int i = 0; i < 16; i++) {
        if (gains[i] > best) {
            best = gains[i];
            lane = i;
        }
    }
    if (lane >= 0) chosen = crosses[lane] / squares[lane];
    for (int step = 16 - SCALE_STEPS; step <= SCALE_STEPS; step++) {
        float scale, gain = four_bit_gain(x, group, -(8.0f + 0.1f * (float)step) / extreme, &scale);
        if (gain > best) {
            best = gain;
            chosen = scale;
        }
    }
    return vllm_from_f16(vllm_to_f16(chosen));
}

/// Rounds a row, or a group, to −127…127; returns the scale.
INLINE float eight_bit_codes(int8_t *codes, const float *x, int k, vllm_dtype packed) {
    float largest = row_magnitude(x, VLLM_DTYPE_F32, k), scale = largest * (1.0f / 127.0f);
    vf factor = vf_set1(largest > 0 ? 127.0f / largest : 0), most = vf_set1(127), least = vf_set1(-127);
    if (packed == VLLM_DTYPE_Q8_0) {
        scale = vllm_from_f16(vllm_to_f16(scale));
        factor = vf_set1(scale > 0 ? 1 / scale : 0);
    }
    for (int at = 0; at < k; at += 16) {
        int lanes = k - at < 16 ? k - at : 16;
        vf code = vf_mul(vf_load_n(x + at, lanes), factor);
        // A scale that was rounded down leaves codes above 127.
        if (packed == VLLM_DTYPE_Q8_0) code = vf_min(most, vf_max(least, code));
        vi_store_bytes(codes + at, vi_round(code), lanes);
    }
    return scale;
}

void ISA(vllm_quantize_weights)(int8_t *codes, float *scales, const float *x, vllm_dtype packed, int k,
                                int group);
void ISA(vllm_quantize_weights)(int8_t *codes, float *scales, const float *x, vllm_dtype packed, int k,
                                int group) {
    if (packed == VLLM_DTYPE_I8 || packed == VLLM_DTYPE_Q8_0) {
        const int width = packed == VLLM_DTYPE_I8 ? k : group;
        for (int begin = 0; begin < k; begin += width)
            scales[begin / width] = eight_bit_codes(codes + begin, x + begin, width, packed);
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
