// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The tables of kernels, and which of them this processor runs.

#include "include/vllm_kernels.h"

#define DECLARE_COMMON(S) \
    void vllm_quantize_##S(const vllm_quantize_args *, int, int); \
    void vllm_quantize_weights_##S(int8_t *, float *, const float *, vllm_dtype, int, int); \
    void vllm_route_##S(const vllm_route_args *, int, int); \
    void vllm_norm_##S(const vllm_norm_args *, int, int); \
    void vllm_qkv_##S(const vllm_qkv_args *, int, int); \
    void vllm_latent_##S(const vllm_latent_args *, int, int); \
    int vllm_argmax_##S(const float *, int); \
    float vllm_log_sum_exp_##S(const float *, int); \
    int vllm_count_greater_##S(const float *, int, float); \
    void vllm_top_k_##S(const float *, int, int, int32_t *, float *); \
    int vllm_sample_##S(const float *, int, const vllm_sampling_args *, float *, int32_t *); \
    void vllm_scale_##S(float *, size_t, float, float); \
    void vllm_convert_##S(void *, vllm_dtype, const float *, size_t);
#define DECLARE_PRODUCTS(S) \
    void vllm_linear_##S(const vllm_linear_args *, int, int, int, int); \
    void vllm_attention_##S(const vllm_attention_args *, const vllm_attention_item *, void *); \
    void vllm_attention_merge_##S(const vllm_attention_args *, const vllm_attention_item *, void *);

/// Products of one instruction set, the rest of another.
#define TABLE(ISA, PRODUCTS, REST) \
    { \
        .isa = ISA, .linear = vllm_linear_##PRODUCTS, .quantize = vllm_quantize_##REST, \
        .quantize_weights = vllm_quantize_weights_##REST, .route = vllm_route_##REST, \
        .norm = vllm_norm_##REST, .qkv = vllm_qkv_##REST, .latent = vllm_latent_##REST, \
        .attention = vllm_attention_##PRODUCTS, .attention_merge = vllm_attention_merge_##PRODUCTS, \
        .argmax = vllm_argmax_##REST, .log_sum_exp = vllm_log_sum_exp_##REST, \
        .count_greater = vllm_count_greater_##REST, .top_k = vllm_top_k_##REST, \
        .sample = vllm_sample_##REST, .scale = vllm_scale_##REST, .convert = vllm_convert_##REST \
    }

DECLARE_COMMON(portable)
DECLARE_PRODUCTS(portable)
static const vllm_kernels PORTABLE = TABLE(VLLM_ISA_PORTABLE, portable, portable);

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdatomic.h>

DECLARE_COMMON(avx2)
DECLARE_PRODUCTS(avx2)
DECLARE_COMMON(avx512)
DECLARE_PRODUCTS(avx512)
DECLARE_PRODUCTS(avx512_bf16)

static const vllm_kernels AVX2 = TABLE(VLLM_ISA_AVX2, avx2, avx2);
static const vllm_kernels AVX512 = TABLE(VLLM_ISA_AVX512, avx512, avx512);
static const vllm_kernels AVX512_BF16 = TABLE(VLLM_ISA_AVX512_BF16, avx512_bf16, avx512);

/// Register state that the operating system saves (XCR0).
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static int has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

static vllm_isa find_best(void) {
    uint32_t a, b, c, d, a1, b1, c1, d1;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return VLLM_ISA_PORTABLE;
    if (!has(c, bit_FMA | bit_OSXSAVE | bit_AVX | bit_F16C)) return VLLM_ISA_PORTABLE;
    uint64_t state = saved_state();
    if ((state & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return VLLM_ISA_PORTABLE;
    if (!has(b, bit_AVX2)) return VLLM_ISA_PORTABLE;
    uint32_t needed = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
    if ((state & 0xe6) != 0xe6 || !has(b, needed)) return VLLM_ISA_AVX2;
    if (a < 1 || !__get_cpuid_count(7, 1, &a1, &b1, &c1, &d1)) return VLLM_ISA_AVX512;
    // Every processor with the one has the other; the integer products need it.
    return has(a1, bit_AVX512BF16) && has(c, bit_AVX512VNNI) ? VLLM_ISA_AVX512_BF16 : VLLM_ISA_AVX512;
}

/// Asks the processor once: a virtual machine leaves to its host to answer, which takes tens of microseconds.
vllm_isa vllm_isa_best(void) {
    static _Atomic int known = -1;
    int best = atomic_load_explicit(&known, memory_order_relaxed);
    if (best < 0) {
        best = (int)find_best();
        atomic_store_explicit(&known, best, memory_order_relaxed);
    }
    return (vllm_isa)best;
}

const vllm_kernels *vllm_kernels_for(vllm_isa isa) {
    if (isa > vllm_isa_best()) return NULL;
    switch (isa) {
    case VLLM_ISA_PORTABLE: return &PORTABLE;
    case VLLM_ISA_AVX2: return &AVX2;
    case VLLM_ISA_AVX512: return &AVX512;
    case VLLM_ISA_AVX512_BF16: return &AVX512_BF16;
    }
    return NULL;
}

#else

vllm_isa vllm_isa_best(void) { return VLLM_ISA_PORTABLE; }

const vllm_kernels *vllm_kernels_for(vllm_isa isa) { return isa == VLLM_ISA_PORTABLE ? &PORTABLE : NULL; }

#endif

const char *vllm_isa_name(vllm_isa isa) {
    switch (isa) {
    case VLLM_ISA_PORTABLE: return "portable";
    case VLLM_ISA_AVX2: return "avx2";
    case VLLM_ISA_AVX512: return "avx512";
    case VLLM_ISA_AVX512_BF16: return "avx512_bf16";
    }
    return "unknown";
}
