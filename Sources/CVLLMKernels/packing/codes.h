// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Codes of packed weights, put and got by lines: four of eight bits, or eight of four and more. The layout is
// a constant where these are inlined.

#ifndef VLLM_CODES_H
#define VLLM_CODES_H

#include "../support/float_bits.h"
#include "code_layout.h"

#define CODES_INLINE static inline __attribute__((always_inline, unused))

/// Where the codes of row i stand, the first of which is input j, the first of a line: a word of low bits
/// and, for some, one of upper bits, to be rotated right.
typedef struct {
    size_t low, upper;
    int rotation;
} code_place;

CODES_INLINE code_place code_place_of(const vllm_code_layout l, int i, int j) {
    size_t run = vllm_run_at(l, j), lane = (size_t)i * 4;
    int at = j % l.run;
    return (code_place){.low = run + (size_t)(at / l.line + (l.high > 0)) * 64 + lane,
                        .upper = run + lane,
                        .rotation = at / 4 * l.high};
}

/// The lowest `bits` of each byte of a word.
CODES_INLINE uint32_t byte_mask(int bits) { return 0x01010101u * ((1u << bits) - 1); }

CODES_INLINE uint32_t rotate_right(uint32_t x, int n) { return x >> (n & 31) | x << (-n & 31); }

/// Sets the codes of a line; upper bits were zero before.
CODES_INLINE void put_line(uint8_t *panel, const vllm_code_layout l, int i, int j, uint32_t first,
                           uint32_t second) {
    code_place p = code_place_of(l, i, j);
    if (l.line == 8) {
        if (l.high) {
            uint32_t upper, mask = byte_mask(l.high) << 4;
            memcpy(&upper, panel + p.upper, 4);
            upper |= rotate_right((first & mask) | (second & mask) << l.high, -p.rotation);
            memcpy(panel + p.upper, &upper, 4);
        }
        first = (first & byte_mask(4)) | (second & byte_mask(4)) << 4;
    }
    memcpy(panel + p.low, &first, 4);
}

/// The codes of a line.
CODES_INLINE void get_line(const uint8_t *panel, const vllm_code_layout l, int i, int j, uint32_t codes[2]) {
    code_place p = code_place_of(l, i, j);
    memcpy(&codes[0], panel + p.low, 4);
    if (l.line == 4) return;
    codes[1] = codes[0] >> 4 & byte_mask(4);
    codes[0] &= byte_mask(4);
    if (!l.high) return;
    uint32_t upper, mask = byte_mask(l.high) << 4;
    memcpy(&upper, panel + p.upper, 4);
    upper = rotate_right(upper, p.rotation);
    codes[0] |= upper & mask;
    codes[1] |= upper >> l.high & mask;
}

/// Four codes from bytes, of which there may be fewer.
CODES_INLINE uint32_t code_word(const int8_t *codes, int count) {
    uint32_t four = 0;
    memcpy(&four, codes, count < 4 ? (size_t)count : 4);
    return four;
}

#endif
