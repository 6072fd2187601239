// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Attention for any processor.

#include "../support/vector_portable.h"
#include "attention_table.h"

#if defined(__x86_64__) || defined(__i386__)
VALUES_2(VALUES, 1)
VALUES_2(VALUES_TAIL)
#define TYPE(T) \
    { ROWS_2(T, 1), ROWS_2(T, t) }
#else
VALUES_4(VALUES, 1)
VALUES_4(VALUES_TAIL)
#define TYPE(T) \
    { ROWS_4(T, 1), ROWS_4(T, t) }
#endif

static const values_function values_tiles[3][MAX_PANELS + 1][MAX_ROWS] = {TYPE(f32), TYPE(f16), TYPE(bf16)};
