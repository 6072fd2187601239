// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The scratch of one attention work item, the same for every instruction set.

#ifndef VLLM_ATTENTION_PLAN_H
#define VLLM_ATTENTION_PLAN_H

#include "../include/vllm_kernels.h"

/// Rows of a tile, unless the heads of one KV head are more.
#define ATTENTION_ROWS 64
/// Scores and probabilities of a row stand this many elements apart: off a power of two, for the cache's
/// sake.
#define ATTENTION_LD (VLLM_ATTENTION_SPLIT + 16)
/// Groups of tokens that are read of each KV head before those of the next, where few queries read several
/// heads or values are prefixes of keys.
#ifndef ATTENTION_CHUNK
#define ATTENTION_CHUNK 2
#endif
/// Groups of a split.
#define ATTENTION_GROUPS (VLLM_ATTENTION_SPLIT / VLLM_PANEL)
/// Bytes, and groups at most, of keys and values that are prefetched ahead.
#ifndef ATTENTION_AHEAD
#define ATTENTION_AHEAD 8192
#endif
#define ATTENTION_MOST_AHEAD 32
/// Groups of keys and of values of a split of some KV heads, and what is prefetched beyond them.
#define ATTENTION_STREAM(heads) (2 * ATTENTION_GROUPS * (heads) + ATTENTION_MOST_AHEAD + 8)

/// Elements of a value.
static inline int attention_value_dim(const vllm_attention_args *args) {
    return args->latent_dim > 0 ? args->latent_dim : args->head_dim;
}
/// Floats of a row of output sums.
static inline size_t attention_padded_dim(int dim) { return ((size_t)dim + 15) / 16 * 16; }
/// Floats of a row of a part: its sums, then the maximum and the total.
static inline size_t attention_part_width(const vllm_attention_args *args) {
    return attention_padded_dim(attention_value_dim(args)) + 16;
}

#endif
