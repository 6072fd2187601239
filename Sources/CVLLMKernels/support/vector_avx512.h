// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Vectors for AVX-512 (F, BW, DQ, VL): one register of 16 floats. With VLLM_BF16_DOT, the bf16 instructions
// too.

#ifndef VLLM_VECTOR_AVX512_H
#define VLLM_VECTOR_AVX512_H

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))

typedef __m512 vf;
typedef __m512i vu;
typedef __mmask16 vm;

INLINE vf vf_set1(float x) { return _mm512_set1_ps(x); }
INLINE vf vf_zero(void) { return _mm512_setzero_ps(); }
INLINE vu vu_set1(uint32_t x) { return _mm512_set1_epi32((int)x); }
INLINE vm vm_first(int n) { return (__mmask16)((1u << n) - 1); }
INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void vf_store(float *p, vf x) { _mm512_storeu_ps(p, x); }
INLINE vu vu_load(const void *p) { return _mm512_loadu_si512(p); }
INLINE vf vf_load_n(const float *p, int n) { return _mm512_maskz_loadu_ps(vm_first(n), p); }
INLINE void vf_store_n(float *p, vf x, int n) { _mm512_mask_storeu_ps(p, vm_first(n), x); }
INLINE vu vu_load_n(const void *p, int n) { return _mm512_maskz_loadu_epi32(vm_first(n), p); }
INLINE vf vf_from_bits(vu x) { return _mm512_castsi512_ps(x); }
INLINE vu vu_from_float(vf x) { return _mm512_castps_si512(x); }
INLINE vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vu vu_and(vu a, vu b) { return _mm512_and_si512(a, b); }
INLINE vu vu_or(vu a, vu b) { return _mm512_or_si512(a, b); }
INLINE vu vu_add(vu a, vu b) { return _mm512_add_epi32(a, b); }
#define vu_shl(x, n) _mm512_slli_epi32(x, n)
#define vu_shr(x, n) _mm512_srli_epi32(x, n)
INLINE vm vf_lt(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
INLINE vm vf_le(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
INLINE vm vf_is_nan(vf a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
INLINE vm vu_gt(vu a, vu b) { return _mm512_cmpgt_epu32_mask(a, b); }
INLINE vm vm_and(vm a, vm b) { return a & b; }
/// Lanes low ≤ i < high.
INLINE vm vm_range(int low, int high) {
    uint32_t below_high = high >= 16 ? 0xffffu : high <= 0 ? 0 : (1u << high) - 1;
    uint32_t below_low = low >= 16 ? 0xffffu : low <= 0 ? 0 : (1u << low) - 1;
    return (__mmask16)(below_high & ~below_low);
}
/// One bit a lane.
INLINE uint32_t vm_bits(vm m) { return m; }
INLINE vf vf_select(vm m, vf a, vf b) { return _mm512_mask_blend_ps(m, b, a); }
INLINE vu vu_select(vm m, vu a, vu b) { return _mm512_mask_blend_epi32(m, b, a); }
/// a > b ? a : b, so b where either is NaN.
INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
/// a < b ? a : b, so b where either is NaN.
INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }

/// Writes the lanes of `bits` one after another; up to `lanes` words may be written.
INLINE void vu_pack(void *p, vu x, uint32_t bits, int lanes) {
    _mm512_mask_storeu_epi32(p, vm_first(lanes), _mm512_maskz_compress_epi32((__mmask16)bits, x));
}

/// Rounds to an integer.
INLINE vf vf_round(vf x, vu *bits) {
    *bits = _mm512_setzero_si512();
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/// x * 2^n.
INLINE vf vf_scale(vf x, vf n, vu bits) {
    (void)bits;
    return _mm512_scalef_ps(x, n);
}

#define VLLM_HAS_SUM 1
/// The sum of the lanes, halving: the same tree on every instruction set.
INLINE float vf_sum(vf x) {
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

#define VLLM_HAS_EXP2 1
/// 2^x, of the fraction x − ⌊x⌋ and the scaling by ⌊x⌋, both an instruction; 0 at −∞; NaN stays. Relative
/// error 2e-9 before rounding.
INLINE vf vf_exp2(vf x) {
    vf f = _mm512_reduce_ps(x, 0x09);
    vf p = vf_set1(0.000217022556842f);
    p = vf_fma(p, f, vf_set1(0.00124396877005f));
    p = vf_fma(p, f, vf_set1(0.00967884101831f));
    p = vf_fma(p, f, vf_set1(0.0554833419683f));
    p = vf_fma(p, f, vf_set1(0.240229836279f));
    p = vf_fma(p, f, vf_set1(0.69314698384f));
    p = vf_fma(p, f, vf_set1(1.0f));
    return _mm512_scalef_ps(p, x);
}

/// As vf_exp2, with a relative error of 3e-6: for what is rounded to 16 bits.
INLINE vf vf_exp2_short(vf x) {
    vf f = _mm512_reduce_ps(x, 0x09);
    vf p = vf_set1(0.0135341679161f);
    p = vf_fma(p, f, vf_set1(0.0520114606103f));
    p = vf_fma(p, f, vf_set1(0.241442756892f));
    p = vf_fma(p, f, vf_set1(0.69300383447f));
    p = vf_fma(p, f, vf_set1(1.00000259337f));
    return _mm512_scalef_ps(p, x);
}

/// 16 bf16 widened.
INLINE vf vf_load_bf16(const uint16_t *p) {
    __m256i half = _mm256_loadu_si256((const __m256i *)(const void *)p);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

/// Rounded to nearest even, a NaN kept.
INLINE __m256i vf_round_bf16(vf x) {
#ifdef VLLM_BF16_DOT
    return (__m256i)_mm512_cvtneps_pbh(x);
#else
    vu u = vu_from_float(x);
    vu rounded = vu_add(vu_add(u, vu_set1(0x7fff)), vu_and(vu_shr(u, 16), vu_set1(1)));
    vu quiet = vu_or(u, vu_set1(0x400000));
    return _mm512_cvtepi32_epi16(vu_shr(vu_select(vf_is_nan(x), quiet, rounded), 16));
#endif
}
INLINE void vf_store_bf16(uint16_t *p, vf x) { _mm256_storeu_si256((__m256i *)(void *)p, vf_round_bf16(x)); }
INLINE void vf_store_bf16_n(uint16_t *p, vf x, int n) {
    _mm256_mask_storeu_epi16(p, vm_first(n), vf_round_bf16(x));
}

INLINE vf vf_load_f16(const uint16_t *p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
INLINE vf vf_load_f16_n(const uint16_t *p, int n) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(vm_first(n), p));
}
INLINE void vf_store_f16(uint16_t *p, vf x) {
    _mm256_storeu_si256((__m256i *)(void *)p, _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}
INLINE void vf_store_f16_n(uint16_t *p, vf x, int n) {
    _mm256_mask_storeu_epi16(p, vm_first(n), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

/// Of bf16 pairs: the low half of each lane, and the high half.
INLINE vf vf_even(vu x) { return vf_from_bits(vu_shl(x, 16)); }
INLINE vf vf_odd(vu x) { return vf_from_bits(vu_and(x, vu_set1(0xffff0000u))); }

/// acc + the products of bf16 pairs, the even one first.
INLINE vf vf_dot2(vf acc, vu w, vu x) {
#ifdef VLLM_BF16_DOT
    return _mm512_dpbf16_ps(acc, (__m512bh)w, (__m512bh)x);
#else
    acc = vf_fma(vf_even(w), vf_even(x), acc);
    return vf_fma(vf_odd(w), vf_odd(x), acc);
#endif
}

INLINE vu vu_max(vu a, vu b) { return _mm512_max_epu32(a, b); }
/// The largest lane as the bits of a float.
INLINE float vf_largest_bits(vu x) {
    uint32_t bits = _mm512_reduce_max_epu32(x);
    float largest;
    memcpy(&largest, &bits, 4);
    return largest;
}
/// Rounded to the nearest whole number, to even between two.
INLINE vu vi_round(vf x) { return _mm512_cvtps_epi32(x); }
INLINE vf vf_from_int(vu x) { return _mm512_cvtepi32_ps(x); }
/// The low bytes of the first lanes.
INLINE void vi_store_bytes(int8_t *p, vu x, int n) {
    _mm_mask_storeu_epi8(p, vm_first(n), _mm512_cvtepi32_epi8(x));
}
INLINE int32_t vi_sum(vu x) { return _mm512_reduce_add_epi32(x); }
/// acc + the products of four unsigned bytes of w with four signed ones of x.
INLINE vu vi_dot4(vu acc, vu w, vu x) {
#ifdef VLLM_BF16_DOT
    return _mm512_dpbusd_epi32(acc, w, x);
#else
    // The instruction for unsigned times signed bytes saturates; products of 16 bits do not.
    vu even = _mm512_madd_epi16(_mm512_and_si512(w, _mm512_set1_epi16(0xff)),
                                _mm512_srai_epi16(_mm512_slli_epi16(x, 8), 8));
    vu odd = _mm512_madd_epi16(_mm512_srli_epi16(w, 8), _mm512_srai_epi16(x, 8));
    return _mm512_add_epi32(acc, _mm512_add_epi32(even, odd));
#endif
}

// 24 of the 32 registers are accumulators; 18 where pairs of bf16 are widened.
#ifdef VLLM_BF16_DOT
#define ISA(name) name##_avx512_bf16
enum { MAX_PAIR_ROWS = 8, MAX_I8_ROWS = 8, MAX_I8_PANELS = 3 };
enum { MAX_I4_ROWS = 6, MAX_I4_PANELS = 2, MAX_I4_FEW_ROWS_PANELS = 3 };
enum { MAX_BLOCK_ROWS = 12, MAX_BLOCK_PANELS = 1 };
#else
#define ISA(name) name##_avx512
enum { MAX_PAIR_ROWS = 6, MAX_I8_ROWS = 6, MAX_I8_PANELS = 2 };
enum { MAX_I4_ROWS = 4, MAX_I4_PANELS = 2, MAX_I4_FEW_ROWS_PANELS = 2 };
enum { MAX_BLOCK_ROWS = 4, MAX_BLOCK_PANELS = 2 };
#endif
enum { MAX_ROWS = 8, MAX_PANELS = 3, MAX_STREAM_ROWS = 4, MAX_STREAM_PANELS = 4 };

#endif
