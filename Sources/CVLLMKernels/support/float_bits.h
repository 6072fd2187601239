// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Scalar conversions between float32 and the 16-bit types, without help from the processor.

#ifndef VLLM_FLOAT_BITS_H
#define VLLM_FLOAT_BITS_H

#include <stdint.h>
#include <string.h>

static inline uint32_t vllm_bits(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline float vllm_float(uint32_t u) {
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static inline float vllm_from_bf16(uint16_t h) { return vllm_float((uint32_t)h << 16); }

/// Rounds to nearest even; a NaN stays a (quiet) NaN.
static inline uint16_t vllm_to_bf16(float x) {
    uint32_t u = vllm_bits(x);
    if ((u & 0x7fffffffu) > 0x7f800000u) return (uint16_t)((u >> 16) | 0x40);
    return (uint16_t)((u + 0x7fffu + ((u >> 16) & 1)) >> 16);
}

static inline float vllm_from_f16(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, magnitude = (uint32_t)(h & 0x7fff) << 13;
    // 2^112 moves the exponent from half's bias to single's and normalises subnormals.
    float scaled = vllm_float(magnitude) * 0x1p112f;
    if ((h & 0x7c00) == 0x7c00) return vllm_float(sign | 0x7f800000u | magnitude);
    return vllm_float(sign | vllm_bits(scaled));
}

/// Rounds to nearest even, overflows to infinity; a NaN stays a (quiet) NaN.
static inline uint16_t vllm_to_f16(float x) {
    uint32_t u = vllm_bits(x), sign = (u >> 16) & 0x8000, magnitude = u & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
    if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00);
    if (magnitude < 0x38800000u) {
        // Adding 0.5 aligns the subnormal's last bit with the last bit of the sum, which rounds it.
        float aligned = vllm_float(magnitude) + 0.5f;
        return (uint16_t)(sign | (vllm_bits(aligned) - 0x3f000000u));
    }
    uint32_t odd = (magnitude >> 13) & 1;
    return (uint16_t)(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

#endif
