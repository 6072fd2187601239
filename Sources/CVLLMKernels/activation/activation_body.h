// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Activations over one vector.
//   silu(x) = x / (1 + e^−x)      gelu(x) = x / 2 · erfc(−x / √2)      gelu_tanh(x) = x / (1 + e^−2u),
//   u = √(2/π) (x + 0.044715 x³), which is x / 2 · (1 + tanh u).      sigmoid(x) = 1 / (1 + e^−x)

#ifndef VLLM_ACTIVATION_BODY_H
#define VLLM_ACTIVATION_BODY_H

#include "../include/vllm_kernels.h"
#include "../support/vector_math.h"

INLINE vf silu(vf x) {
    vf one = vf_set1(1.0f);
    vf y = vf_div(x, vf_add(one, vf_exp(vf_sub(vf_zero(), x))));
    // −∞ / ∞ is 0 in the limit.
    return vf_select(vf_lt(x, vf_set1(-1e30f)), vf_zero(), y);
}

/// silu for results that are rounded to bf16: a relative error of 3e-6.
INLINE vf silu_short(vf x) {
    // Below −80 the result is less than any other is off by, and its exponential would be infinite.
    vf bounded = vf_max(vf_set1(-80.0f), x);
    vf e = vf_exp2_short(vf_mul(bounded, vf_set1(-1.44269504f)));
    return vf_div(bounded, vf_add(vf_set1(1.0f), e));
}

INLINE vf sigmoid(vf x) {
    vf one = vf_set1(1.0f);
    return vf_div(one, vf_add(one, vf_exp(vf_sub(vf_zero(), x))));
}

/// x / (1 + e^(−1.702 x)) up to 7, and what it is multiplied with: GPT-OSS (arXiv 2508.10925).
INLINE vf clamped_silu(vf x) {
    vf bounded = vf_select(vf_lt(vf_set1(7.0f), x), vf_set1(7.0f), x), one = vf_set1(1.0f);
    vf y = vf_div(bounded, vf_add(one, vf_exp(vf_mul(vf_set1(-1.702f), bounded))));
    return vf_select(vf_lt(x, vf_set1(-1e30f)), vf_zero(), y);
}
INLINE vf clamped_up(vf x) {
    x = vf_select(vf_lt(vf_set1(7.0f), x), vf_set1(7.0f), x);
    x = vf_select(vf_lt(x, vf_set1(-7.0f)), vf_set1(-7.0f), x);
    return vf_add(x, vf_set1(1.0f));
}

INLINE vf gelu_tanh(vf x) {
    vf cube = vf_mul(vf_mul(x, x), x);
    vf u2 = vf_mul(vf_set1(2.0f * 0.797884561f), vf_fma(vf_set1(0.044715f), cube, x));
    vf y = vf_div(x, vf_add(vf_set1(1.0f), vf_exp(vf_sub(vf_zero(), u2))));
    return vf_select(vf_lt(x, vf_set1(-20.0f)), vf_zero(), y);
}

/// erfc(z) = e^−z² g(1 / (1 + z / 2)) for z ≥ 0; g has a relative error of 3e-8 up to z = 10.
INLINE vf gelu(vf x) {
    vf z = vf_from_bits(vu_and(vu_from_float(vf_mul(x, vf_set1(0.707106781f))), vu_set1(0x7fffffff)));
    vf t = vf_div(vf_set1(1.0f), vf_fma(z, vf_set1(0.5f), vf_set1(1.0f)));
    vf g = vf_set1(-0.0550512439752f);
    g = vf_fma(g, t, vf_set1(0.263902812039f));
    g = vf_fma(g, t, vf_set1(-0.441476963319f));
    g = vf_fma(g, t, vf_set1(0.221190037484f));
    g = vf_fma(g, t, vf_set1(0.0170784547078f));
    g = vf_fma(g, t, vf_set1(0.181249456125f));
    g = vf_fma(g, t, vf_set1(0.249793646027f));
    g = vf_fma(g, t, vf_set1(0.28109839979f));
    g = vf_fma(g, t, vf_set1(0.282221380233f));
    g = vf_fma(g, t, vf_set1(-6.01146939207e-6f));
    vf tail = vf_mul(g, vf_exp(vf_sub(vf_zero(), vf_mul(z, z))));
    vf both = vf_select(vf_lt(x, vf_zero()), tail, vf_sub(vf_set1(2.0f), tail));
    vf y = vf_mul(vf_mul(vf_set1(0.5f), x), both);
    return vf_select(vf_lt(x, vf_set1(-14.0f)), vf_zero(), y);
}

INLINE vf activate(vf x, vllm_activation activation) {
    switch (activation) {
    case VLLM_ACT_NONE: return x;
    case VLLM_ACT_SILU: return silu(x);
    case VLLM_ACT_GELU: return gelu(x);
    case VLLM_ACT_GELU_TANH: return gelu_tanh(x);
    case VLLM_ACT_RELU: return vf_max(vf_zero(), x);
    case VLLM_ACT_SIGMOID: return sigmoid(x);
    case VLLM_ACT_SWIGLU_CLAMPED: return clamped_silu(x);
    }
    return x;
}

/// What the activation of a gate is multiplied with.
INLINE vf gated_factor(vf up, vllm_activation activation) {
    return activation == VLLM_ACT_SWIGLU_CLAMPED ? clamped_up(up) : up;
}

#endif
