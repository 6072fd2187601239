// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Blocks of Q4_K and Q6_K to panels: their own bits in another order. A panel's block has a header, its lanes
// side by side:
//   Q4_K: [16] float16 scales, [16] float16 scales of minimums, [3][16] words: the twelve bytes as stored
//   Q6_K: [4][16][4] scales, 128 above their values; [16] float16 scales; 32 bytes of nothing

#include "pack_blocks.h"

#include "block_values.h"
#include "codes.h"

/// Packs row i of a panel.
CODES_INLINE void pack_row(uint8_t *panel, const uint8_t *block, int i, int k, const vllm_dtype packed) {
    const vllm_code_layout l = vllm_code_layout_of(packed);
    const vllm_block type = packed == VLLM_DTYPE_Q4_K ? VLLM_BLOCK_Q4_K : VLLM_BLOCK_Q6_K;
    for (int at = 0; at < k; at += l.block, block += vllm_block_size(type)) {
        vllm_block_values values;
        vllm_open_block(&values, block, type);
        for (int j = 0; j < l.block; j += 8)
            put_line(panel, l, i, at + j, code_word(values.codes + j, 4), code_word(values.codes + j + 4, 4));
        uint8_t *header = panel + (size_t)(at / l.block) * (size_t)vllm_block_bytes(l);
        if (packed == VLLM_DTYPE_Q4_K) {
            memcpy(header + 2 * i, block, 2);
            memcpy(header + 32 + 2 * i, block + 2, 2);
            for (int w = 0; w < 3; w++) memcpy(header + 64 * (w + 1) + 4 * i, block + 4 + 4 * w, 4);
        } else {
            for (int g = 0; g < 16; g++)
                header[g / 4 * 64 + 4 * i + g % 4] = (uint8_t)(block[192 + g] ^ 0x80);
            memcpy(header + 256 + 2 * i, block + 208, 2);
        }
    }
}

void vllm_pack_blocks(void *panel, vllm_dtype packed, const void *const rows[VLLM_PANEL], int k) {
    memset(panel, 0, vllm_integer_panel_bytes(packed, k, vllm_integer_group(packed)));
    for (int i = 0; i < VLLM_PANEL; i++) {
        if (!rows[i]) continue; // scales of zero
        if (packed == VLLM_DTYPE_Q4_K) pack_row(panel, rows[i], i, k, VLLM_DTYPE_Q4_K);
        else pack_row(panel, rows[i], i, k, VLLM_DTYPE_Q6_K);
    }
}

void vllm_header_factors(const uint8_t *header, vllm_dtype packed, int i, int g, float *scale,
                         float *minimum) {
    uint16_t halves[2];
    if (packed == VLLM_DTYPE_Q6_K) {
        memcpy(halves, header + 256 + 2 * i, 2);
        *scale = vllm_from_f16(halves[0]) * (float)((int)header[g / 4 * 64 + 4 * i + g % 4] - 128);
        return;
    }
    memcpy(&halves[0], header + 2 * i, 2);
    memcpy(&halves[1], header + 32 + 2 * i, 2);
    uint8_t twelve[12];
    for (int w = 0; w < 3; w++) memcpy(twelve + 4 * w, header + 64 * (w + 1) + 4 * i, 4);
    int six[2];
    vllm_six_bits(twelve, g, six);
    *scale = vllm_from_f16(halves[0]) * (float)six[0];
    *minimum = vllm_from_f16(halves[1]) * (float)six[1];
}
