// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Vectors for any processor: four native vectors of four floats.

#ifndef VLLM_VECTOR_PORTABLE_H
#define VLLM_VECTOR_PORTABLE_H

#include "float_bits.h"

#define VLLM_NATIVE 4
typedef float native_f __attribute__((vector_size(16)));
typedef uint32_t native_u __attribute__((vector_size(16)));
typedef int32_t native_i __attribute__((vector_size(16)));

#define native_fma(a, b, c) ((a) * (b) + (c))

static inline native_f native_from_f16(const uint16_t *p) {
    return (native_f){vllm_from_f16(p[0]), vllm_from_f16(p[1]), vllm_from_f16(p[2]), vllm_from_f16(p[3])};
}
static inline void native_to_f16(uint16_t *p, native_f x) {
    for (int i = 0; i < 4; i++) p[i] = vllm_to_f16(x[i]);
}

static inline native_u native_dot4(native_u acc, native_u w, native_u x) {
    for (int i = 0; i < 4; i++) {
        native_i value = (native_i)(x << (uint32_t)(24 - 8 * i)) >> 24;
        acc += (w >> (uint32_t)(8 * i) & 0xff) * (native_u)value;
    }
    return acc;
}

#include "vector_generic.h"

#define ISA(name) name##_portable
// 16 registers of four floats on x86, 32 elsewhere.
#if defined(__x86_64__) || defined(__i386__)
enum { MAX_ROWS = 2, MAX_PAIR_ROWS = 2, MAX_PANELS = 1, MAX_STREAM_ROWS = 1, MAX_STREAM_PANELS = 1 };
#else
enum { MAX_ROWS = 4, MAX_PAIR_ROWS = 4, MAX_PANELS = 1, MAX_STREAM_ROWS = 1, MAX_STREAM_PANELS = 1 };
#endif
enum { MAX_I8_ROWS = 2, MAX_I8_PANELS = 1, MAX_I4_ROWS = 1, MAX_I4_PANELS = 1, MAX_I4_FEW_ROWS_PANELS = 1 };
enum { MAX_BLOCK_ROWS = 1, MAX_BLOCK_PANELS = 1 };

#endif
