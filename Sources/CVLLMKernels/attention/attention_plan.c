// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#include "attention_plan.h"

static int group_of(const vllm_attention_args *args) { return args->heads / args->kv_heads; }

int vllm_attention_query_tile(const vllm_attention_args *args) {
    int queries = ATTENTION_ROWS / group_of(args);
    // A multiple of eight queries makes full register blocks whatever the group.
    if (queries >= 8) return queries / 8 * 8;
    return queries > 0 ? queries : 1;
}

int vllm_attention_item_heads(const vllm_attention_args *args, int queries) {
    int rows = queries * group_of(args), heads = rows < ATTENTION_ROWS ? ATTENTION_ROWS / rows : 1;
    return heads < args->kv_heads ? heads : args->kv_heads;
}

size_t vllm_attention_part_floats(const vllm_attention_args *args, int queries, int heads) {
    return (size_t)(queries * group_of(args) * heads) * attention_part_width(args);
}

size_t vllm_attention_scratch_bytes(const vllm_attention_args *args) {
    // A tile of one query may have more rows than a tile of several.
    size_t tile = (size_t)(vllm_attention_query_tile(args) * group_of(args));
    size_t rows = tile > ATTENTION_ROWS ? tile : ATTENTION_ROWS;
    size_t dim = attention_padded_dim(attention_value_dim(args));
    size_t sums = 2 * rows * dim * 4, queries = rows * attention_padded_dim(args->head_dim) * 4;
    size_t state = rows * 8, values = args->latent_dim > 0 ? ATTENTION_CHUNK * VLLM_PANEL * dim * 4 : 0;
    size_t scores = 2 * ATTENTION_ROWS * ATTENTION_LD * 4;
    size_t pointers = (size_t)ATTENTION_STREAM(args->kv_heads) * sizeof(void *);
    return sums + queries + state + scores + values + pointers + 9 * 64;
}
