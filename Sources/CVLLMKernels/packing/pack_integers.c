// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Weights of whole numbers to panels and back.

#include "../include/vllm_kernels.h"
#include "../support/float_bits.h"

static int is_four(vllm_dtype packed) { return packed != VLLM_DTYPE_I8; }

/// Bytes of a panel's codes.
static size_t code_bytes(vllm_dtype packed, int k) {
    return is_four(packed) ? (size_t)k * 8 : (size_t)((k + 3) / 4) * 64;
}

size_t vllm_integer_panel_bytes(vllm_dtype packed, int k, int group) {
    if (!is_four(packed)) return code_bytes(packed, k) + 64;
    size_t scales = (size_t)(k / group) * 32, all = code_bytes(packed, k) + scales;
    if (packed == VLLM_DTYPE_I4_MIN) all += scales;
    return (all + 63) / 64 * 64;
}

/// Four codes from bytes, of which there may be fewer.
static uint32_t word(const int8_t *codes, int count) {
    uint32_t four = 0;
    memcpy(&four, codes, count < 4 ? (size_t)count : 4);
    return four;
}

/// The byte in which input j of row i stands; for four bits, `*shift` is where in it.
static size_t place(vllm_dtype packed, int i, int j, int *shift) {
    if (!is_four(packed)) return (size_t)(j / 4) * 64 + (size_t)(i * 4 + j % 4);
    *shift = j % 8 < 4 ? 0 : 4;
    return (size_t)(j / 8) * 64 + (size_t)(i * 4 + j % 4);
}

void vllm_pack_integers(void *panel, vllm_dtype packed, const int8_t *const codes[VLLM_PANEL],
                        const float *scales, const float *minimums, int k, int group) {
    uint8_t *bytes = panel;
    size_t end = code_bytes(packed, k);
    int groups = is_four(packed) ? k / group : 1;
    memset(bytes + end, 0, vllm_integer_panel_bytes(packed, k, group) - end);
    const int8_t none[8] = {8, 8, 8, 8, 8, 8, 8, 8};
    for (int i = 0; i < VLLM_PANEL; i++) {
        // Signed bytes become unsigned codes where 128 is added, which is the highest bit changed.
        for (int j = 0; !is_four(packed) && j < k; j += 4) {
            uint32_t given = k - j < 4 ? ~(~0u << 8 * (k - j)) : ~0u;
            uint32_t four = (codes[i] ? word(codes[i] + j, k - j) : 0) ^ 0x80808080u;
            four &= given;
            memcpy(bytes + (size_t)j * VLLM_PANEL + 4 * i, &four, 4);
        }
        for (int j = 0; is_four(packed) && j < k; j += 8) {
            const int8_t *eight = codes[i] ? codes[i] + j : none;
            uint32_t both = word(eight, 4) | word(eight + 4, 4) << 4;
            memcpy(bytes + (size_t)j * 8 + 4 * i, &both, 4);
        }
        for (int g = 0; g < groups; g++) {
            float scale = codes[i] ? scales[i * groups + g] : 0;
            if (!is_four(packed)) {
                memcpy(bytes + end + 4 * i, &scale, 4);
                continue;
            }
            uint16_t *halves = (uint16_t *)(void *)(bytes + end);
            halves[g * VLLM_PANEL + i] = vllm_to_f16(scale);
            if (packed == VLLM_DTYPE_I4_MIN)
                halves[(groups + g) * VLLM_PANEL + i] = vllm_to_f16(codes[i] ? minimums[i * groups + g] : 0);
        }
    }
}

void vllm_unpack_integers(float *out, const void *weight, vllm_dtype packed, int row, int k, int group) {
    const uint8_t *bytes =
        (const uint8_t *)weight + (size_t)(row / VLLM_PANEL) * vllm_integer_panel_bytes(packed, k, group);
    size_t end = code_bytes(packed, k);
    int i = row % VLLM_PANEL, groups = is_four(packed) ? k / group : 1;
    const uint16_t *halves = (const uint16_t *)(const void *)(bytes + end);
    float scale = 0, minimum = 0;
    for (int j = 0; j < k; j++) {
        int shift = 0;
        int code = bytes[place(packed, i, j, &shift)];
        if (!is_four(packed)) {
            if (j == 0) memcpy(&scale, bytes + end + 4 * i, 4);
            out[j] = scale * (float)(code - 128);
            continue;
        }
        if (j % group == 0) {
            scale = vllm_from_f16(halves[j / group * VLLM_PANEL + i]);
            if (packed == VLLM_DTYPE_I4_MIN)
                minimum = vllm_from_f16(halves[(groups + j / group) * VLLM_PANEL + i]);
        }
        out[j] = scale * (float)((code >> shift & 15) - 8) - minimum;
    }
}
