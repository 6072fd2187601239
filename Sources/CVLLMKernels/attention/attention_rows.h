// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// What a work item of attention computes on: its tile of rows, register blocks of them, and the groups of
// keys and values that they read.

#ifndef VLLM_ATTENTION_ROWS_H
#define VLLM_ATTENTION_ROWS_H

#include "../gemm/tile_body.h"
#include "../support/vector_math.h"
#include "attention_plan.h"

/// A tile of a work item. Rows are head-major, then query-major: row = (KV head * queries + query) * group +
/// head of the group.
typedef struct {
    const vllm_attention_args *a;
    const vllm_attention_item *item;
    const vllm_attention_sequence *sequence;
    int heads, group, first_query;
    int head_rows, rows;    // of a KV head, and of all
    int together;           // all register blocks take a chunk of groups before any takes the next
    int value_dim;          // elements of a value
    size_t dim, q_bytes;    // padded value_dim; bytes of a row of q
    int v_step;             // bytes of a step of V
    char *values;           // values of a chunk of groups, where the cache has them as prefixes of keys
    char *q;                // [rows][head_dim]
    float *scores;          // [ATTENTION_ROWS][LD]
    char *p;                // [ATTENTION_ROWS] of LD steps of bf16 pairs or floats
    float *part;            // [ATTENTION_ROWS][dim]: sums of the split
    float *sums;            // [rows][dim]: sums so far
    float *maxima, *totals; // [rows]
    /// The groups in the order they are read: keys of the split, its values, keys of the next split. What
    /// lies ATTENTION_AHEAD bytes further on in this order is prefetched by each head's first register block.
    const char **stream;
    int first, last, chunk; // groups of the split that are read, so many of a head at a time
    int ahead;              // groups
} attention_tile;

/// A register block: rows of one KV head against a split.
typedef struct {
    int head, row, rows;               // `row` counts in the tile
    int at;                            // its first row of scores, P and part
    int low[MAX_ROWS], high[MAX_ROWS]; // tokens of the split that each row sees
    int first, last;                   // groups that any row sees
    int begin, end;                    // steps of V that all rows see
    float largest[MAX_ROWS], total[MAX_ROWS];
} attention_block;

/// Where the stream has the group of the split's keys of a head.
INLINE const char **key_groups(const attention_tile *t, int head, int group) {
    int start = t->first + (group - t->first) / t->chunk * t->chunk;
    int count = t->last - start < t->chunk ? t->last - start : t->chunk;
    return t->stream + t->heads * (start - t->first) + head * count + (group - start);
}
INLINE const char **value_groups(const attention_tile *t, int head, int group) {
    return key_groups(t, head, group) + t->heads * (t->last - t->first);
}

/// The position of a row's query.
INLINE int row_position(const attention_tile *t, int row) {
    return t->sequence->kv_len - t->sequence->q_len + t->first_query + row % t->head_rows / t->group;
}
/// The head of a row, among all.
INLINE int row_head(const attention_tile *t, int row) {
    return (t->item->head_begin + row / t->head_rows) * t->group + row % t->head_rows % t->group;
}

/// The tokens [low, high) of the split at `split` that a row sees.
static void row_range(const attention_tile *t, int row, int split, int *low, int *high) {
    int position = row_position(t, row);
    int first = t->a->window > 0 && position >= t->a->window ? position - t->a->window + 1 : 0;
    *low = first > split ? first - split : 0;
    *high = position + 1 - split < VLLM_ATTENTION_SPLIT ? position + 1 - split : VLLM_ATTENTION_SPLIT;
}

/// Bytes of a head's keys, or values, of a group.
INLINE size_t group_bytes(const vllm_attention_args *a) {
    return (size_t)a->head_dim * VLLM_PANEL * (a->cache_dtype == VLLM_DTYPE_F32 ? 4 : 2);
}

/// Bytes of a group's values that are taken from keys.
INLINE size_t value_group_bytes(const attention_tile *t) {
    return (size_t)t->v_step * (t->a->cache_dtype == VLLM_DTYPE_BF16 ? 8 : 16);
}
/// Where they are as long as their chunk is read.
INLINE char *taken_values(const attention_tile *t, int group) {
    return t->values + (size_t)((group - t->first) % ATTENTION_CHUNK) * value_group_bytes(t);
}

/// The address in `cache` of the item's first head's group of `position`.
INLINE const char *group_address(const attention_tile *t, const void *cache, int position, size_t head) {
    const vllm_attention_args *a = t->a;
    int groups = a->block_size / 16, index = position / 16;
    size_t slot =
        (size_t)t->sequence->block_table[index / groups] * (size_t)groups + (size_t)(index % groups);
    return (const char *)cache + (slot * (size_t)a->kv_heads + (size_t)t->item->head_begin) * head;
}

/// Lines up the groups of the split at `split` that hold positions from `begin` to `end`, and some of the
/// next.
static void find_groups(attention_tile *t, int split, int begin, int end) {
    int next = split + VLLM_ATTENTION_SPLIT;
    t->first = begin > split ? (begin - split) / 16 : 0;
    t->last = ((end < next ? end : next) - split + 15) / 16;
    t->chunk = t->together ? ATTENTION_CHUNK : t->last - t->first;
    size_t bytes = group_bytes(t->a);
    for (int group = t->first; group < t->last; group++) {
        const char *k = group_address(t, t->a->k_cache, split + 16 * group, bytes);
        const char *v =
            t->values ? taken_values(t, group) : group_address(t, t->a->v_cache, split + 16 * group, bytes);
        for (int head = 0; head < t->heads; head++) {
            *key_groups(t, head, group) = k + (size_t)head * bytes;
            *value_groups(t, head, group) = v + (size_t)head * bytes;
        }
    }
    const char **more = t->stream + 2 * t->heads * (t->last - t->first);
    for (int i = 0, group = 0, head = 0; i < t->ahead + MAX_PANELS; i++) {
        int position = next + 16 * group;
        more[i] = position < end ? group_address(t, t->a->k_cache, position, bytes) + (size_t)head * bytes
                                 : more[i - 1];
        group++;
        if (t->heads > 1 && group % ATTENTION_CHUNK == 0) {
            head = (head + 1) % t->heads;
            if (head > 0) group -= ATTENTION_CHUNK;
        }
    }
}

#endif
