// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Peaks: independent chains of the multiply-and-add instruction that the linear kernels use, and plain reads.
// Sixteen chains hide the latency of any instruction here.

#include "vllm_peak.h"

#include <string.h>

#define CHAINS 16

static double multiply_portable(size_t rounds, float *sink) {
    float chains[CHAINS];
    for (int i = 0; i < CHAINS; i++) chains[i] = (float)i;
    for (size_t round = 0; round < rounds; round++)
        for (int i = 0; i < CHAINS; i++) chains[i] = chains[i] * 0.999f + 0.001f;
    for (int i = 0; i < CHAINS; i++) *sink += chains[i];
    return 2.0 * CHAINS * (double)rounds;
}

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
static double multiply_avx2(size_t rounds, float *sink) {
    __m256 chains[CHAINS - 4]; // sixteen registers in all
    const __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
    for (int i = 0; i < CHAINS - 4; i++) chains[i] = _mm256_set1_ps((float)i);
    for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < CHAINS - 4; i++) chains[i] = _mm256_fmadd_ps(chains[i], factor, term);
    for (int i = 0; i < CHAINS - 4; i++) *sink += _mm256_cvtss_f32(chains[i]);
    return 2.0 * 8 * (CHAINS - 4) * (double)rounds;
}
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
static double multiply_avx512(size_t rounds, float *sink) {
    __m512 chains[CHAINS];
    const __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
    for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_set1_ps((float)i);
    for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_fmadd_ps(chains[i], factor, term);
    for (int i = 0; i < CHAINS; i++) *sink += _mm512_cvtss_f32(chains[i]);
    return 2.0 * 16 * CHAINS * (double)rounds;
}

static uint64_t read_avx512(const void *address, size_t size) {
    const char *bytes = address;
    __m512i sums[8];
    for (int i = 0; i < 8; i++) sums[i] = _mm512_setzero_si512();
    for (size_t offset = 0; offset + 512 <= size; offset += 512)
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++)
            sums[i] = _mm512_xor_si512(sums[i], _mm512_loadu_si512(bytes + offset + 64 * i));
    for (int i = 1; i < 8; i++) sums[0] = _mm512_xor_si512(sums[0], sums[i]);
    return (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(sums[0]));
}
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bf16"))), apply_to = function)
static double multiply_avx512_bf16(size_t rounds, float *sink) {
    __m512 chains[CHAINS];
    const __m512bh factor = (__m512bh)_mm512_set1_epi32(0x3c003c00),
                   term = (__m512bh)_mm512_set1_epi32(0x3c003c00);
    for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_set1_ps((float)i);
    for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_dpbf16_ps(chains[i], factor, term);
    for (int i = 0; i < CHAINS; i++) *sink += _mm512_cvtss_f32(chains[i]);
    return 4.0 * 16 * CHAINS * (double)rounds;
}
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vnni"))), apply_to = function)
static double multiply_avx512_bytes(size_t rounds, float *sink) {
    __m512i chains[CHAINS];
    const __m512i factor = _mm512_set1_epi32(0x01020304), term = _mm512_set1_epi32(0x01fe01fe);
    for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_set1_epi32(i);
    for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_dpbusd_epi32(chains[i], factor, term);
    for (int i = 0; i < CHAINS; i++) *sink += (float)_mm512_cvtsi512_si32(chains[i]);
    return 8.0 * 16 * CHAINS * (double)rounds;
}
#pragma clang attribute pop
#endif

static uint64_t read_portable(const void *address, size_t size) {
    const char *bytes = address;
    uint64_t sums[8] = {0}, word;
    for (size_t offset = 0; offset + 64 <= size; offset += 64)
        for (int i = 0; i < 8; i++) {
            memcpy(&word, bytes + offset + 8 * i, 8);
            sums[i] ^= word;
        }
    for (int i = 1; i < 8; i++) sums[0] ^= sums[i];
    return sums[0];
}

double vllm_peak_multiply(vllm_isa isa, vllm_dtype dtype, size_t rounds, float *sink) {
    if (!vllm_kernels_for(isa)) return 0;
#if defined(__x86_64__)
    if (isa == VLLM_ISA_AVX512_BF16 && dtype == VLLM_DTYPE_BF16) return multiply_avx512_bf16(rounds, sink);
    if (isa == VLLM_ISA_AVX512_BF16 && dtype >= VLLM_DTYPE_I8) return multiply_avx512_bytes(rounds, sink);
    if (isa >= VLLM_ISA_AVX512) return multiply_avx512(rounds, sink);
    if (isa == VLLM_ISA_AVX2) return multiply_avx2(rounds, sink);
#endif
    (void)dtype;
    return multiply_portable(rounds, sink);
}

uint64_t vllm_peak_read(const void *address, size_t size) {
#if defined(__x86_64__)
    if (vllm_kernels_for(VLLM_ISA_AVX512)) return read_avx512(address, size);
#endif
    return read_portable(address, size);
}
