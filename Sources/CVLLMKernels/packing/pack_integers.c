// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Weights of whole numbers to panels and back.

#include "codes.h"
#include "pack_blocks.h"

/// Factors that stand behind the codes of a panel: bytes of a row's each group.
static size_t factor_bytes(vllm_dtype packed) {
    switch (packed) {
    case VLLM_DTYPE_I8: return 4;
    case VLLM_DTYPE_I4_MIN: return 4;
    case VLLM_DTYPE_Q4_K:
    case VLLM_DTYPE_Q6_K: return 0;
    default: return 2;
    }
}

static int group_count(vllm_dtype packed, int k, int group) {
    return packed == VLLM_DTYPE_I8 ? 1 : k / group;
}

size_t vllm_integer_panel_bytes(vllm_dtype packed, int k, int group) {
    size_t codes = vllm_code_bytes(vllm_code_layout_of(packed), k),
           factors = (size_t)group_count(packed, k, group) * VLLM_PANEL * factor_bytes(packed);
    return (codes + factors + 63) / 64 * 64;
}

int vllm_integer_zero(vllm_dtype packed) {
    int zero = vllm_code_layout_of(packed).zero;
    return zero ? zero : 1;
}

int vllm_integer_group(vllm_dtype packed) { return vllm_code_layout_of(packed).group; }

/// Packs the codes of a panel; what has upper bits was zero before.
CODES_INLINE void pack_codes(uint8_t *panel, const int8_t *const codes[VLLM_PANEL], int k,
                             const vllm_dtype packed) {
    const vllm_code_layout l = vllm_code_layout_of(packed);
    // Signed bytes become unsigned codes where 128 is added, which is the highest bit changed.
    const uint32_t flip = 0x80808080u, none = 0x01010101u * (uint32_t)l.zero;
    for (int i = 0; i < VLLM_PANEL; i++) {
        const int8_t *row = codes[i];
        for (int j = 0; l.line == 4 && j < k; j += 4) {
            uint32_t given = k - j < 4 ? ~(~0u << 8 * (k - j)) : ~0u;
            put_line(panel, l, i, j, ((row ? code_word(row + j, k - j) : 0) ^ flip) & given, 0);
        }
        for (int j = 0; l.line == 8 && row && j < k; j += 8)
            put_line(panel, l, i, j, code_word(row + j, 4), code_word(row + j + 4, 4));
        for (int j = 0; l.line == 8 && !row && j < k; j += 8) put_line(panel, l, i, j, none, none);
    }
}

/// Calls a function with a type that is a constant in it.
#define FOR_TYPE(packed, CALL) \
    switch (packed) { \
    case VLLM_DTYPE_I8: CALL(VLLM_DTYPE_I8); break; \
    case VLLM_DTYPE_Q8_0: CALL(VLLM_DTYPE_Q8_0); break; \
    case VLLM_DTYPE_Q5_0: CALL(VLLM_DTYPE_Q5_0); break; \
    case VLLM_DTYPE_Q4_K: CALL(VLLM_DTYPE_Q4_K); break; \
    case VLLM_DTYPE_Q6_K: CALL(VLLM_DTYPE_Q6_K); break; \
    case VLLM_DTYPE_I4_MIN: CALL(VLLM_DTYPE_I4_MIN); break; \
    default: CALL(VLLM_DTYPE_I4); \
    }

void vllm_pack_integers(void *panel, vllm_dtype packed, const int8_t *const codes[VLLM_PANEL],
                        const float *scales, const float *minimums, int k, int group) {
    uint8_t *bytes = panel;
    const vllm_code_layout l = vllm_code_layout_of(packed);
    size_t end = vllm_code_bytes(l, k), zeroed = l.high ? 0 : end;
    int groups = group_count(packed, k, group);
    memset(bytes + zeroed, 0, vllm_integer_panel_bytes(packed, k, group) - zeroed);
#define PACK(TYPE) pack_codes(bytes, codes, k, TYPE)
    FOR_TYPE(packed, PACK)
#undef PACK
    for (int i = 0; i < VLLM_PANEL; i++) {
        for (int g = 0; g < groups; g++) {
            float scale = codes[i] ? scales[i * groups + g] : 0;
            if (packed == VLLM_DTYPE_I8) {
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

/// The factors of the group that begins at input j of row i, not for I8.
static void group_factors(const uint8_t *panel, vllm_dtype packed, int i, int j, int k, int group,
                          float *scale, float *minimum) {
    const vllm_code_layout l = vllm_code_layout_of(packed);
    if (l.header) {
        const uint8_t *header = panel + (size_t)(j / l.block) * (size_t)vllm_block_bytes(l);
        vllm_header_factors(header, packed, i, j % l.block / l.group, scale, minimum);
        return;
    }
    const uint16_t *halves = (const uint16_t *)(const void *)(panel + vllm_code_bytes(l, k));
    *scale = vllm_from_f16(halves[j / group * VLLM_PANEL + i]);
    if (packed == VLLM_DTYPE_I4_MIN)
        *minimum = vllm_from_f16(halves[(k / group + j / group) * VLLM_PANEL + i]);
}

CODES_INLINE void unpack_row(float *out, const uint8_t *panel, int i, int k, int group,
                             const vllm_dtype packed) {
    const vllm_code_layout l = vllm_code_layout_of(packed);
    float scale = 0, minimum = 0;
    if (packed == VLLM_DTYPE_I8) {
        memcpy(&scale, panel + vllm_code_bytes(l, k) + 4 * i, 4);
        group = k;
    }
    for (int begin = 0; begin < k; begin += group) {
        if (packed != VLLM_DTYPE_I8) group_factors(panel, packed, i, begin, k, group, &scale, &minimum);
        for (int j = begin; j < begin + group; j += l.line) {
            uint32_t codes[2];
            get_line(panel, l, i, j, codes);
            for (int b = 0; b < l.line && j + b < k; b++)
                out[j + b] = scale * (float)((int)(codes[b / 4] >> b % 4 * 8 & 0xff) - l.zero) - minimum;
        }
    }
}

void vllm_unpack_integers(float *out, const void *weight, vllm_dtype packed, int row, int k, int group) {
    const uint8_t *panel =
        (const uint8_t *)weight + (size_t)(row / VLLM_PANEL) * vllm_integer_panel_bytes(packed, k, group);
#define UNPACK(TYPE) unpack_row(out, panel, row % VLLM_PANEL, k, group, TYPE)
    FOR_TYPE(packed, UNPACK)
#undef UNPACK
}
