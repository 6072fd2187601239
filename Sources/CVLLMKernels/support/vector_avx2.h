// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Vectors for AVX2, FMA and F16C: two native vectors of eight floats.

#ifndef VLLM_VECTOR_AVX2_H
#define VLLM_VECTOR_AVX2_H

#include <stdint.h>

#define VLLM_NATIVE 8
typedef float native_f __attribute__((vector_size(32)));
typedef uint32_t native_u __attribute__((vector_size(32)));
typedef int32_t native_i __attribute__((vector_size(32)));

#define native_fma(a, b, c) ((native_f)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define native_from_f16(p) ((native_f)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(p))))
#define native_to_f16(p, x) \
    _mm_storeu_si128((__m128i *)(void *)(p), _mm256_cvtps_ph((__m256)(x), _MM_FROUND_TO_NEAREST_INT))

/// The instruction for unsigned times signed bytes saturates; products of 16 bits do not.
static inline __attribute__((always_inline)) native_u native_dot4(native_u acc, native_u w, native_u x) {
    __m256i bytes = (__m256i)w, low = _mm256_set1_epi16(0xff);
    __m256i even = _mm256_madd_epi16(_mm256_and_si256(bytes, low),
                                     _mm256_srai_epi16(_mm256_slli_epi16((__m256i)x, 8), 8));
    __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(bytes, 8), _mm256_srai_epi16((__m256i)x, 8));
    return acc + (native_u)even + (native_u)odd;
}

#include "vector_generic.h"

#define ISA(name) name##_avx2
// 12 of the 16 registers are accumulators; 8 where pairs of bf16 are widened.
enum { MAX_ROWS = 6, MAX_PAIR_ROWS = 4, MAX_PANELS = 1, MAX_STREAM_ROWS = 2, MAX_STREAM_PANELS = 2 };
enum { MAX_I8_ROWS = 3, MAX_I8_PANELS = 1, MAX_I4_ROWS = 2, MAX_I4_PANELS = 1, MAX_I4_FEW_ROWS_PANELS = 1 };
enum { MAX_BLOCK_ROWS = 2, MAX_BLOCK_PANELS = 1 };

#endif
