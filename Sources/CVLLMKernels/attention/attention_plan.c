// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#include "attention_plan.h"

int vllm_attention_query_tile(const vllm_attention_args *args) {
    int group = args->heads / args->kv_heads, queries = 64 / group;
    // A multiple of eight queries makes full register blocks whatever the group.
    if (queries >= 8) return queries / 8 * 8;
    return queries > 0 ? queries : 1;
}

size_t vllm_attention_scratch_bytes(const vllm_attention_args *args) {
    size_t group = (size_t)(args->heads / args->kv_heads);
    size_t rows = (size_t)vllm_attention_query_tile(args) * group, dim = attention_padded_dim(args->head_dim);
    size_t sums = (rows + ATTENTION_BLOCK_ROWS) * dim * 4, queries = rows * dim * 4, state = rows * 8;
    size_t scores = 2 * ATTENTION_BLOCK_ROWS * ATTENTION_LD * 4;
    size_t pointers = ATTENTION_STREAM * sizeof(void *);
    return sums + queries + state + scores + pointers + 8 * 64;
}
