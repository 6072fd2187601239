// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Attention for AVX-512 with its bf16 instructions.

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), \
                                 apply_to = function)

#define VLLM_BF16_DOT 1
#include "../support/vector_avx512.h"
#include "attention_table.h"

VALUES_8(VALUES, 1)
VALUES_8(VALUES, 2)
VALUES_8(VALUES, 3)
VALUES_8(VALUES_TAIL)
#define TYPE(T) \
    { ROWS_8(T, 1), ROWS_8(T, 2), ROWS_8(T, 3), ROWS_8(T, t) }

static const values_function values_tiles[3][MAX_PANELS + 1][MAX_ROWS] = {TYPE(f32), TYPE(f16), TYPE(bf16)};

#pragma clang attribute pop
#endif
