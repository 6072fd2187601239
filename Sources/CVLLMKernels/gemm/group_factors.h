// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The factors of a block's groups, where they stand in its header (see packing/pack_blocks.c).

#ifndef VLLM_GROUP_FACTORS_H
#define VLLM_GROUP_FACTORS_H

#include "../include/vllm_kernels.h"

/// Factors of a header: scales of Q6_K; of Q4_K half are scales, and half are minimums.
enum { HEADER_FACTORS = 16 };

/// The four bytes of each lane as numbers: out[i · ld + c] = byte i of lane c · factor + base.
INLINE void widen_bytes(float *out, size_t ld, vu bytes, vf factor, vf base) {
    const vu byte = vu_set1(0xff);
    vf_store(out, vf_fma(vf_from_int(vu_and(bytes, byte)), factor, base));
    vf_store(out + ld, vf_fma(vf_from_int(vu_and(vu_shr(bytes, 8), byte)), factor, base));
    vf_store(out + 2 * ld, vf_fma(vf_from_int(vu_and(vu_shr(bytes, 16), byte)), factor, base));
    vf_store(out + 3 * ld, vf_fma(vf_from_int(vu_shr(bytes, 24)), factor, base));
}

/// Writes the factors of one block of a panel, [group][ld], exactly.
INLINE void open_header(float *out, size_t ld, const char *header, const vllm_dtype dtype) {
    if (dtype == VLLM_DTYPE_Q6_K) {
        vf scale = vf_load_f16((const uint16_t *)(const void *)(header + 256));
        vf base = vf_mul(scale, vf_set1(-128));
        for (int i = 0; i < 4; i++)
            widen_bytes(out + 4 * ld * (size_t)i, ld, vu_load(header + 64 * i), scale, base);
        return;
    }
    const vu six = vu_set1(0x3f3f3f3fu), four = vu_set1(0x0f0f0f0fu), two = vu_set1(0x30303030u);
    vf scale = vf_load_f16((const uint16_t *)(const void *)header),
       minimum = vf_load_f16((const uint16_t *)(const void *)(header + 32));
    vu first = vu_load(header + 64), second = vu_load(header + 128), both = vu_load(header + 192);
    vu later = vu_or(vu_and(both, four), vu_and(vu_shr(first, 2), two));
    widen_bytes(out, ld, vu_and(first, six), scale, vf_zero());
    widen_bytes(out + 4 * ld, ld, later, scale, vf_zero());
    later = vu_or(vu_and(vu_shr(both, 4), four), vu_and(vu_shr(second, 2), two));
    widen_bytes(out + 8 * ld, ld, vu_and(second, six), minimum, vf_zero());
    widen_bytes(out + 12 * ld, ld, later, minimum, vf_zero());
}

#endif
