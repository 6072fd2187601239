// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Opens blocks as ggml stores them. All factors are exact: a float16 times a whole number of up to eight
// bits, or a power of two.
//
// A block of 32 has its codes in halves: the low halves of 16 bytes are its first 16, the high halves the
// others. Blocks of 256 (the k-quants) have groups of 16 or 32 with small factors of their own, and float16
// factors for all of these.

#include "block_values.h"

#include "../support/float_bits.h"

typedef struct {
    int length, size;
} shape;

static shape shape_of(vllm_block type) {
    switch (type) {
    case VLLM_BLOCK_MXFP4: return (shape){32, 17};
    case VLLM_BLOCK_Q4_0:
    case VLLM_BLOCK_IQ4_NL: return (shape){32, 18};
    case VLLM_BLOCK_Q4_1: return (shape){32, 20};
    case VLLM_BLOCK_Q5_0: return (shape){32, 22};
    case VLLM_BLOCK_Q5_1: return (shape){32, 24};
    case VLLM_BLOCK_Q8_0: return (shape){32, 34};
    case VLLM_BLOCK_Q2_K: return (shape){256, 84};
    case VLLM_BLOCK_Q3_K: return (shape){256, 110};
    case VLLM_BLOCK_IQ4_XS: return (shape){256, 136};
    case VLLM_BLOCK_Q4_K: return (shape){256, 144};
    case VLLM_BLOCK_Q5_K: return (shape){256, 176};
    case VLLM_BLOCK_Q6_K: return (shape){256, 210};
    }
    return (shape){1, 0};
}

int vllm_block_length(vllm_block type) { return shape_of(type).length; }
size_t vllm_block_size(vllm_block type) { return (size_t)shape_of(type).size; }

/// The values of four bits that are not steps of one size.
static const int8_t UNEVEN[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

/// Twice the numbers of a sign, two bits of exponent and one of mantissa (OCP Microscaling
/// Formats 1.0, 5.3.3).
static const int8_t SMALL_FLOATS[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

static float half_at(const uint8_t *from) {
    uint16_t half;
    memcpy(&half, from, 2);
    return vllm_from_f16(half);
}

void vllm_six_bits(const uint8_t twelve[12], int g, int out[2]) {
    if (g < 4) {
        out[0] = twelve[g] & 63;
        out[1] = twelve[g + 4] & 63;
    } else {
        out[0] = (twelve[g + 4] & 15) | twelve[g - 4] >> 6 << 4;
        out[1] = twelve[g + 4] >> 4 | twelve[g] >> 6 << 4;
    }
}

/// Sets the factors of `count` sixteens from `first` on.
static void set_factors(vllm_block_values *out, int first, int count, float scale, float minimum) {
    for (int i = first; i < first + count; i++) {
        out->scales[i] = scale;
        out->minimums[i] = minimum;
    }
}

/// Low halves of 16 bytes, then their high halves.
static void open_halves(int8_t *codes, const uint8_t *bytes, int count) {
    for (int j = 0; j < count; j++) {
        codes[j] = (int8_t)(bytes[j] & 15);
        codes[j + count] = (int8_t)(bytes[j] >> 4);
    }
}

static void open_from(const int8_t table[16], int8_t *codes, const uint8_t *bytes) {
    open_halves(codes, bytes, 16);
    for (int j = 0; j < 32; j++) codes[j] = table[codes[j]];
}

/// Half of the power of two whose exponent, above 127, a byte holds.
static float half_power(uint8_t exponent) {
    uint32_t bits = exponent < 2 ? 0x00200000u << exponent : (uint32_t)(exponent - 1) << 23;
    float power;
    memcpy(&power, &bits, 4);
    return power;
}

/// Blocks of 32.
static void open_small(vllm_block_values *out, const uint8_t *block, vllm_block type) {
    const int has_minimum = type == VLLM_BLOCK_Q4_1 || type == VLLM_BLOCK_Q5_1;
    set_factors(out, 0, 2, half_at(block), has_minimum ? -half_at(block + 2) : 0);
    const uint8_t *codes = block + (has_minimum ? 4 : 2);
    if (type == VLLM_BLOCK_Q8_0) {
        memcpy(out->codes, codes, 32);
        return;
    }
    if (type == VLLM_BLOCK_IQ4_NL) {
        open_from(UNEVEN, out->codes, codes);
        return;
    }
    const int is_five = type == VLLM_BLOCK_Q5_0 || type == VLLM_BLOCK_Q5_1;
    out->zero = has_minimum ? 0 : is_five ? 16 : 8;
    uint32_t fifth = 0;
    if (is_five) {
        memcpy(&fifth, codes, 4);
        codes += 4;
    }
    open_halves(out->codes, codes, 16);
    for (int j = 0; j < 32; j++) {
        int bit = (int)(fifth >> j & 1);
        out->codes[j] = (int8_t)(out->codes[j] + 16 * bit);
    }
}

/// Two bits a code, four codes of different quarters a byte: code j of half n.
static int two_bits(const uint8_t *codes, int j) {
    return codes[j / 128 * 32 + j % 32] >> j % 128 / 32 * 2 & 3;
}

static void open_q2_k(vllm_block_values *out, const uint8_t *block) {
    float scale = half_at(block + 80), minimum = half_at(block + 82);
    for (int g = 0; g < 16; g++)
        set_factors(out, g, 1, scale * (float)(block[g] & 15), minimum * (float)(block[g] >> 4));
    for (int j = 0; j < 256; j++) out->codes[j] = (int8_t)two_bits(block + 16, j);
}

static void open_q3_k(vllm_block_values *out, const uint8_t *block) {
    const uint8_t *scales = block + 96;
    float scale = half_at(block + 108);
    out->zero = 4;
    for (int g = 0; g < 16; g++) {
        int low = g < 8 ? scales[g] & 15 : scales[g - 8] >> 4, high = scales[8 + g % 4] >> g / 4 * 2 & 3;
        set_factors(out, g, 1, scale * (float)((low | high << 4) - 32), 0);
    }
    for (int j = 0; j < 256; j++) {
        int third = block[j % 32] >> j / 32 & 1;
        out->codes[j] = (int8_t)(two_bits(block + 32, j) + 4 * third);
    }
}

static void open_q4_k_q5_k(vllm_block_values *out, const uint8_t *block, int is_five) {
    float scale = half_at(block), minimum = half_at(block + 2);
    for (int g = 0; g < 8; g++) {
        int six[2];
        vllm_six_bits(block + 4, g, six);
        set_factors(out, 2 * g, 2, scale * (float)six[0], minimum * (float)six[1]);
    }
    const uint8_t *fifths = block + 16, *codes = block + (is_five ? 48 : 16);
    for (int j = 0; j < 256; j += 64) open_halves(out->codes + j, codes + j / 2, 32);
    for (int j = 0; is_five && j < 256; j++)
        out->codes[j] = (int8_t)(out->codes[j] + 16 * (fifths[j % 32] >> j / 32 & 1));
}

static void open_q6_k(vllm_block_values *out, const uint8_t *block) {
    float scale = half_at(block + 208);
    for (int g = 0; g < 16; g++) set_factors(out, g, 1, scale * (float)(int8_t)block[192 + g], 0);
    out->zero = 32;
    for (int half = 0; half < 2; half++) open_halves(out->codes + 128 * half, block + 64 * half, 64);
    for (int j = 0; j < 256; j++) out->codes[j] = (int8_t)(out->codes[j] + 16 * two_bits(block + 128, j));
}

static void open_iq4_xs(vllm_block_values *out, const uint8_t *block) {
    float scale = half_at(block);
    uint16_t highs;
    memcpy(&highs, block + 2, 2);
    for (int g = 0; g < 8; g++) {
        int low = block[4 + g / 2] >> g % 2 * 4 & 15, high = highs >> 2 * g & 3;
        set_factors(out, 2 * g, 2, scale * (float)((low | high << 4) - 32), 0);
        open_from(UNEVEN, out->codes + 32 * g, block + 8 + 16 * g);
    }
}

void vllm_open_block(vllm_block_values *out, const uint8_t *block, vllm_block type) {
    out->zero = 0;
    switch (type) {
    case VLLM_BLOCK_Q2_K: open_q2_k(out, block); break;
    case VLLM_BLOCK_Q3_K: open_q3_k(out, block); break;
    case VLLM_BLOCK_Q4_K: open_q4_k_q5_k(out, block, 0); break;
    case VLLM_BLOCK_Q5_K: open_q4_k_q5_k(out, block, 1); break;
    case VLLM_BLOCK_Q6_K: open_q6_k(out, block); break;
    case VLLM_BLOCK_IQ4_XS: open_iq4_xs(out, block); break;
    case VLLM_BLOCK_MXFP4:
        set_factors(out, 0, 2, half_power(block[0]), 0);
        open_from(SMALL_FLOATS, out->codes, block + 1);
        break;
    default: open_small(out, block, type);
    }
}

void vllm_widen_blocks(float *out, const void *row, vllm_block type, int k) {
    const uint8_t *block = row;
    const int length = vllm_block_length(type);
    for (int at = 0; at < k; at += length, block += vllm_block_size(type)) {
        vllm_block_values values;
        vllm_open_block(&values, block, type);
        for (int j = 0; j < length; j++)
            out[at + j] =
                values.scales[j / 16] * (float)(values.codes[j] - values.zero) - values.minimums[j / 16];
    }
}

void vllm_open_blocks(int8_t *codes, float *scales, const void *row, vllm_block type, int k) {
    const uint8_t *block = row;
    for (int at = 0; at < k; at += 32, block += vllm_block_size(type)) {
        vllm_block_values values;
        vllm_open_block(&values, block, type);
        scales[at / 32] = values.scales[0];
        memcpy(codes + at, values.codes, 32);
    }
}
