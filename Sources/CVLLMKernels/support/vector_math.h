// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Sums, exponentials and 16-bit tails over the vectors of any instruction set.
// The polynomials are minimax fits (Remez), with the relative error written beside them.

#ifndef VLLM_VECTOR_MATH_H
#define VLLM_VECTOR_MATH_H

#ifndef VLLM_HAS_SUM
/// The sum of the lanes, halving: the same tree on every instruction set.
INLINE float vf_sum(vf x) {
    float lanes[16];
    vf_store(lanes, x);
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
    return lanes[0];
}
#endif

INLINE float vf_largest(vf x) {
    float lanes[16];
    vf_store(lanes, x);
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    return lanes[0];
}

#ifndef VLLM_HAS_EXP2
/// The fraction's polynomial, of degree six or, `is_short`, four; `is_short` is a constant.
INLINE vf exp2_with(vf x, const int is_short) {
    vm tiny = vf_lt(x, vf_set1(-126.0f)), nan = vf_is_nan(x);
    vf bounded = vf_max(vf_set1(-126.0f), x);
    vu bits;
    vf n = vf_round(bounded, &bits), f = vf_sub(bounded, n), p;
    if (is_short) {
        p = vf_set1(0.00957010191122f);
        p = vf_fma(p, f, vf_set1(0.0559178603194f));
        p = vf_fma(p, f, vf_set1(0.240247448279f));
        p = vf_fma(p, f, vf_set1(0.693121814737f));
        p = vf_fma(p, f, vf_set1(0.999999261446f));
    } else {
        p = vf_set1(0.000153458121613f);
        p = vf_fma(p, f, vf_set1(0.00133999311772f));
        p = vf_fma(p, f, vf_set1(0.00961848895633f));
        p = vf_fma(p, f, vf_set1(0.0555032877711f));
        p = vf_fma(p, f, vf_set1(0.240226468906f));
        p = vf_fma(p, f, vf_set1(0.693147205737f));
        p = vf_fma(p, f, vf_set1(1.0f));
    }
    p = vf_scale(p, n, bits);
    return vf_select(nan, x, vf_select(tiny, vf_zero(), p));
}

/// 2^x for x ≤ 127; 0 below −126; NaN stays. Relative error 2e-9 before rounding.
INLINE vf vf_exp2(vf x) { return exp2_with(x, 0); }
/// As vf_exp2, with a relative error of 3e-6: for what is rounded to 16 bits.
INLINE vf vf_exp2_short(vf x) { return exp2_with(x, 1); }
#endif

/// log₂ e
#define LOG2_E 1.44269504f

/// e^x; 0 below −87.3, infinity above 88.7; NaN stays. Relative error 2e-9 before rounding.
INLINE vf vf_exp(vf x) {
    vm tiny = vf_lt(x, vf_set1(-87.33f)), huge = vf_lt(vf_set1(88.72f), x), nan = vf_is_nan(x);
    vf bounded = vf_min(vf_set1(88.72f), vf_max(vf_set1(-87.33f), x));
    vu bits;
    vf n = vf_round(vf_mul(bounded, vf_set1(1.44269504f)), &bits);
    // ln 2 in two parts, the first of nine bits, so that its product with n is exact.
    vf f = vf_fma(n, vf_set1(-0.693359375f), bounded);
    f = vf_fma(n, vf_set1(2.12194440e-4f), f);
    vf p = vf_set1(0.00138367421697f);
    p = vf_fma(p, f, vf_set1(0.00837489833969f));
    p = vf_fma(p, f, vf_set1(0.0416682317983f));
    p = vf_fma(p, f, vf_set1(0.166664191907f));
    p = vf_fma(p, f, vf_set1(0.499999920323f));
    p = vf_fma(p, f, vf_set1(1.00000003654f));
    p = vf_fma(p, f, vf_set1(1.0f));
    p = vf_scale(p, n, bits);
    p = vf_select(huge, vf_set1(__builtin_inff()), vf_select(tiny, vf_zero(), p));
    return vf_select(nan, x, p);
}

/// scale · tanh(x / (2 log₂ e)) for a positive scale, with an absolute error of 1e-7 · scale; NaN stays.
/// tanh y = 1 − 2 / (e^2y + 1), and beyond an exponent of 64 it is 1.
INLINE vf vf_tanh_scaled(vf x, vf scale) {
    vf e = vf_exp2(vf_min(vf_set1(64.0f), x));
    vf quotient = vf_div(vf_add(scale, scale), vf_add(e, vf_set1(1.0f)));
    return vf_sub(scale, quotient);
}

#endif
