// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Attention for AVX2, FMA and F16C.

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../support/vector_avx2.h"
#include "attention_table.h"

VALUES_6(VALUES, 1)
VALUES_6(VALUES_TAIL)
#define TYPE(T) \
    { ROWS_6(T, 1), ROWS_6(T, t) }

static const values_function values_tiles[3][MAX_PANELS + 1][MAX_ROWS] = {TYPE(f32), TYPE(f16), TYPE(bf16)};

#pragma clang attribute pop
#endif
