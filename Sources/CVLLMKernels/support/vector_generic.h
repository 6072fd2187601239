// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Vectors of 16 lanes made of native vectors of VLLM_NATIVE floats, in the compiler's vector extension.
// What an instruction set does better is defined by the header that includes this one:
//   VLLM_NATIVE          floats a native vector
//   native_fma(a, b, c)  a * b + c
//   native_from_f16(p)   VLLM_NATIVE halves at p, widened
//   native_to_f16(p, v)  rounded to nearest even and stored
//   native_dot4(a, w, x) a + the products of four unsigned bytes of w with four signed ones of x

#ifndef VLLM_VECTOR_GENERIC_H
#define VLLM_VECTOR_GENERIC_H

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))

enum { NATIVES = 16 / VLLM_NATIVE };

typedef struct {
    native_f v[NATIVES];
} vf;
typedef struct {
    native_u v[NATIVES];
} vu;
typedef vu vm; // a mask: all ones or all zeros a lane

#define EACH for (int i_ = 0; i_ < NATIVES; i_++)
#define LANES(expression) \
    EACH { r.v[i_] = (expression); }

INLINE vf vf_set1(float x) {
    vf r;
    LANES(x - (native_f){}) // a plain broadcast: x − 0 is x, where 0 + x is not for −0
    return r;
}
INLINE vf vf_zero(void) { return vf_set1(0); }
INLINE vu vu_set1(uint32_t x) {
    vu r;
    LANES((native_u){} + x)
    return r;
}
INLINE vf vf_load(const float *p) {
    vf r;
    memcpy(&r, p, 64);
    return r;
}
INLINE void vf_store(float *p, vf x) { memcpy(p, &x, 64); }
INLINE vu vu_load(const void *p) {
    vu r;
    memcpy(&r, p, 64);
    return r;
}
INLINE vf vf_load_n(const float *p, int n) {
    vf r = vf_zero();
    memcpy(&r, p, (size_t)n * 4);
    return r;
}
INLINE void vf_store_n(float *p, vf x, int n) { memcpy(p, &x, (size_t)n * 4); }
INLINE vu vu_load_n(const void *p, int n) {
    vu r = vu_set1(0);
    memcpy(&r, p, (size_t)n * 4);
    return r;
}

INLINE vf vf_from_bits(vu x) {
    vf r;
    LANES((native_f)x.v[i_])
    return r;
}
INLINE vu vu_from_float(vf x) {
    vu r;
    LANES((native_u)x.v[i_])
    return r;
}

INLINE vf vf_add(vf a, vf b) {
    vf r;
    LANES(a.v[i_] + b.v[i_])
    return r;
}
INLINE vf vf_sub(vf a, vf b) {
    vf r;
    LANES(a.v[i_] - b.v[i_])
    return r;
}
INLINE vf vf_mul(vf a, vf b) {
    vf r;
    LANES(a.v[i_] * b.v[i_])
    return r;
}
INLINE vf vf_div(vf a, vf b) {
    vf r;
    LANES(a.v[i_] / b.v[i_])
    return r;
}
INLINE vf vf_fma(vf a, vf b, vf c) {
    vf r;
    LANES(native_fma(a.v[i_], b.v[i_], c.v[i_]))
    return r;
}
INLINE vu vu_and(vu a, vu b) {
    vu r;
    LANES(a.v[i_] & b.v[i_])
    return r;
}
INLINE vu vu_or(vu a, vu b) {
    vu r;
    LANES(a.v[i_] | b.v[i_])
    return r;
}
INLINE vu vu_add(vu a, vu b) {
    vu r;
    LANES(a.v[i_] + b.v[i_])
    return r;
}
#define vu_shl(x, n) vu_shl_(x, n)
INLINE vu vu_shl_(vu a, int n) {
    vu r;
    LANES(a.v[i_] << (uint32_t)n)
    return r;
}
#define vu_shr(x, n) vu_shr_(x, n)
INLINE vu vu_shr_(vu a, int n) {
    vu r;
    LANES(a.v[i_] >> (uint32_t)n)
    return r;
}

INLINE vm vf_lt(vf a, vf b) {
    vm r;
    LANES((native_u)(a.v[i_] < b.v[i_]))
    return r;
}
INLINE vm vf_le(vf a, vf b) {
    vm r;
    LANES((native_u)(a.v[i_] <= b.v[i_]))
    return r;
}
INLINE vm vf_is_nan(vf a) {
    vm r;
    LANES((native_u)(a.v[i_] != a.v[i_]))
    return r;
}
INLINE vm vu_gt(vu a, vu b) {
    vm r;
    LANES((native_u)(a.v[i_] > b.v[i_]))
    return r;
}
INLINE vm vm_and(vm a, vm b) { return vu_and(a, b); }
/// Lanes low ≤ i < high.
INLINE vm vm_range(int low, int high) {
    uint32_t lanes[16];
    for (int i = 0; i < 16; i++) lanes[i] = i >= low && i < high ? 0xffffffffu : 0;
    return vu_load(lanes);
}
/// One bit a lane.
INLINE uint32_t vm_bits(vm m) {
    uint32_t lanes[16], bits = 0;
    memcpy(lanes, &m, 64);
    for (int i = 0; i < 16; i++) bits |= (lanes[i] & 1) << i;
    return bits;
}
INLINE vf vf_select(vm m, vf a, vf b) {
    vf r;
    LANES((native_f)((m.v[i_] & (native_u)a.v[i_]) | (~m.v[i_] & (native_u)b.v[i_])))
    return r;
}
INLINE vu vu_select(vm m, vu a, vu b) {
    vu r;
    LANES((m.v[i_] & a.v[i_]) | (~m.v[i_] & b.v[i_]))
    return r;
}
/// a > b ? a : b, so b where either is NaN.
INLINE vf vf_max(vf a, vf b) { return vf_select(vf_lt(b, a), a, b); }
/// a < b ? a : b, so b where either is NaN.
INLINE vf vf_min(vf a, vf b) { return vf_select(vf_lt(a, b), a, b); }

/// Writes the lanes of `bits` one after another; up to `lanes` words may be written.
INLINE void vu_pack(void *p, vu x, uint32_t bits, int lanes) {
    uint32_t from[16], *to = p;
    (void)lanes;
    memcpy(from, &x, 64);
    for (; bits; bits &= bits - 1) *to++ = from[__builtin_ctz(bits)];
}

/// Rounds to an integer; `*bits` has it in its low bits. For |x| < 2^22.
INLINE vf vf_round(vf x, vu *bits) {
    vf magic = vf_set1(12582912.0f), shifted = vf_add(x, magic);
    *bits = vu_from_float(shifted);
    return vf_sub(shifted, magic);
}
/// x * 2^n for x in [0.5, 2) and n from vf_round, −126 ≤ n ≤ 127.
INLINE vf vf_scale(vf x, vf n, vu bits) {
    (void)n;
    return vf_from_bits(vu_add(vu_from_float(x), vu_shl(bits, 23)));
}

/// 16 bf16 widened.
INLINE vf vf_load_bf16(const uint16_t *p) {
    float lanes[16];
    for (int i = 0; i < 16; i++) {
        uint32_t u = (uint32_t)p[i] << 16;
        memcpy(&lanes[i], &u, 4);
    }
    return vf_load(lanes);
}
/// Rounded to nearest even, a NaN kept, one to the low half of each lane.
INLINE vu vf_round_bf16(vf x) {
    vu u = vu_from_float(x);
    vu rounded = vu_add(vu_add(u, vu_set1(0x7fff)), vu_and(vu_shr(u, 16), vu_set1(1)));
    vu quiet = vu_or(u, vu_set1(0x400000));
    return vu_shr(vu_select(vf_is_nan(x), quiet, rounded), 16);
}
INLINE void vf_store_bf16_n(uint16_t *p, vf x, int n) {
    vu rounded = vf_round_bf16(x);
    uint32_t lanes[16];
    memcpy(lanes, &rounded, 64);
    for (int i = 0; i < n; i++) p[i] = (uint16_t)lanes[i];
}
INLINE void vf_store_bf16(uint16_t *p, vf x) { vf_store_bf16_n(p, x, 16); }

INLINE vf vf_load_f16(const uint16_t *p) {
    vf r;
    LANES(native_from_f16(p + i_ * VLLM_NATIVE))
    return r;
}
INLINE vf vf_load_f16_n(const uint16_t *p, int n) {
    uint16_t lanes[16] = {};
    memcpy(lanes, p, (size_t)n * 2);
    return vf_load_f16(lanes);
}
INLINE void vf_store_f16(uint16_t *p, vf x) {
    EACH { native_to_f16(p + i_ * VLLM_NATIVE, x.v[i_]); }
}
INLINE void vf_store_f16_n(uint16_t *p, vf x, int n) {
    uint16_t lanes[16];
    vf_store_f16(lanes, x);
    memcpy(p, lanes, (size_t)n * 2);
}

/// Of bf16 pairs: the low half of each lane, and the high half.
INLINE vf vf_even(vu x) { return vf_from_bits(vu_shl(x, 16)); }
INLINE vf vf_odd(vu x) { return vf_from_bits(vu_and(x, vu_set1(0xffff0000u))); }

/// acc + the products of bf16 pairs, the even one first.
INLINE vf vf_dot2(vf acc, vu w, vu x) {
    acc = vf_fma(vf_even(w), vf_even(x), acc);
    return vf_fma(vf_odd(w), vf_odd(x), acc);
}

INLINE vu vu_max(vu a, vu b) { return vu_select(vu_gt(a, b), a, b); }
/// The largest lane as the bits of a float.
INLINE float vf_largest_bits(vu x) {
    uint32_t lanes[16];
    memcpy(lanes, &x, 64);
    for (int i = 1; i < 16; i++) lanes[0] = lanes[i] > lanes[0] ? lanes[i] : lanes[0];
    float largest;
    memcpy(&largest, lanes, 4);
    return largest;
}
/// Rounded to the nearest whole number, to even between two; for |x| < 2^22.
INLINE vu vi_round(vf x) {
    vu bits;
    (void)vf_round(x, &bits);
    vu r;
    LANES(bits.v[i_] - 0x4b400000u)
    return r;
}
INLINE vf vf_from_int(vu x) {
    vf r;
    LANES(__builtin_convertvector((native_i)x.v[i_], native_f))
    return r;
}
/// acc + the products of four unsigned bytes of w with four signed ones of x.
INLINE vu vi_dot4(vu acc, vu w, vu x) {
    vu r;
    LANES(native_dot4(acc.v[i_], w.v[i_], x.v[i_]))
    return r;
}
/// The low bytes of the first lanes.
INLINE void vi_store_bytes(int8_t *p, vu x, int n) {
    uint32_t lanes[16];
    memcpy(lanes, &x, 64);
    for (int i = 0; i < n; i++) p[i] = (int8_t)lanes[i];
}
INLINE int32_t vi_sum(vu x) {
    uint32_t lanes[16], sum = 0;
    memcpy(lanes, &x, 64);
    for (int i = 0; i < 16; i++) sum += lanes[i];
    return (int32_t)sum;
}

#undef EACH
#undef LANES
#endif
