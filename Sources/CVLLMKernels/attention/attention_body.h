// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Paged causal attention:  out = softmax(scale · q Kᵀ) V
//
// The heads that share a KV head and the queries of the tile are folded into rows, cut into register blocks
// of MAX_ROWS. The context is cut at every multiple of VLLM_ATTENTION_SPLIT positions. Within a split a row's
// scores are computed, their maximum, the exponentials and their sum, then P·V as one chain along the tokens;
// the splits are merged in order. Exponents are in base two, the scale having log₂ e folded in.
//
// Many queries take one KV head at a time, block after block, so that scores stay in the first-level cache.
// Few queries wait for memory, which is read at its rate only in runs longer than a head's 16 tokens: they
// take the KV heads together, ATTENTION_CHUNK groups of tokens at a time. So do all where values are prefixes
// of keys: each chunk of values is taken from the keys once for ATTENTION_ROWS rows.
//
// A row's chain holds exactly the token steps (a pair for bf16, one token else) that its mask touches, so
// that its bits do not depend on the rows beside it: steps that all rows of a block share go through the
// register tile, the ragged ends row by row, with the masked half of a pair of V zeroed (0 · NaN is NaN).
//
// Work: 4 · head_dim operations a row and token; bytes: K and V once a work item from memory, once a block
// from the second-level cache. Measured on two Zen 4 cores with bf16: 71 to 85 % of the bf16 peak in prefill
// (head_dim 64 to 256), 75 to 88 % of the read bandwidth in decode over 8,192 tokens.

#ifndef VLLM_ATTENTION_BODY_H
#define VLLM_ATTENTION_BODY_H

#include "attention_latent.h"
#include "attention_softmax.h"
#include "attention_values.h"

/// Scores of a block against its groups of [begin, end).
static void block_scores(const attention_tile *t, const attention_block *block, int begin, int end) {
    vllm_dtype dtype = t->a->cache_dtype;
    begin = block->first > begin ? block->first : begin;
    end = block->last < end ? block->last : end;
    if (begin >= end) return;
    const char *const *keys = key_groups(t, block->head, begin);
    int ahead = block->row % t->head_rows == 0 ? t->ahead : 0;
    tile_args tile = {.x = t->q + (size_t)block->row * t->q_bytes,
                      .ldx = t->q_bytes,
                      .steps = step_count(dtype, t->a->head_dim),
                      .ldy = ATTENTION_LD,
                      .next_stride = (size_t)step_bytes(dtype)};
    float *scores = t->scores + (size_t)block->at * ATTENTION_LD + 16 * begin;
    int tiles = (end - begin + MAX_PANELS - 1) / MAX_PANELS;
    for (int i = 0, group = 0; i < tiles; i++) {
        int width = (end - begin - group) / (tiles - i);
        tile.panels = keys + group;
        tile.next = keys + group + ahead;
        tile.y = scores + 16 * group;
        ISA(vllm_tiles)[dtype][PREFETCH_NEXT][width - 1][block->rows - 1](&tile);
        group += width;
    }
}

/// P · V of a block over the steps that its rows share and the groups [begin, end) hold.
static void block_values(const attention_tile *t, const attention_block *block, int begin, int end) {
    vllm_dtype dtype = t->a->cache_dtype;
    int group_steps = dtype == VLLM_DTYPE_BF16 ? 8 : 16;
    int first = block->begin > begin * group_steps ? block->begin : begin * group_steps;
    int last = block->end < end * group_steps ? block->end : end * group_steps;
    if (first >= last) return;
    int full = t->value_dim / 16, tail = t->value_dim % 16, tiles = (full + MAX_PANELS - 1) / MAX_PANELS;
    float *part = t->part + (size_t)block->at * t->dim;
    values_args v = {.p = t->p + (size_t)block->at * ATTENTION_LD * 4,
                     .v = value_groups(t, block->head, begin) - begin,
                     .step_bytes = t->v_step,
                     .begin = first,
                     .end = last,
                     .tail = tail,
                     .ahead = block->row % t->head_rows == 0 && !t->values ? t->ahead : 0,
                     .ldo = t->dim};
    size_t column = dtype == VLLM_DTYPE_F16 ? 32 : 64;
    for (int i = 0, d = 0; i < tiles; i++) {
        int width = (full - d) / (tiles - i);
        v.column = column * (size_t)d;
        v.out = part + 16 * d;
        values_tiles[dtype][width - 1][block->rows - 1](&v);
        d += width;
    }
    if (tail) {
        v.column = column * (size_t)full;
        v.out = part + 16 * full;
        values_tiles[dtype][MAX_PANELS][block->rows - 1](&v);
    }
}

/// What a block's rows see of the split; false if nothing.
static int aim(const attention_tile *t, attention_block *block, int split) {
    int per_step = t->a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 1, first = VLLM_ATTENTION_SPLIT, last = 0;
    block->begin = 0;
    block->end = VLLM_ATTENTION_SPLIT;
    for (int r = 0; r < block->rows; r++) {
        int low, high;
        row_range(t, block->row + r, split, &low, &high);
        if (high <= low) low = high = 0; // it sees nothing of this split
        block->low[r] = low;
        block->high[r] = high;
        if (high > 0) {
            first = low < first ? low : first;
            last = high > last ? high : last;
        }
        int begin = (low + per_step - 1) / per_step, end = high / per_step;
        block->begin = begin > block->begin ? begin : block->begin;
        block->end = end < block->end ? end : block->end;
    }
    // Where nothing is shared, everything is before it.
    if (block->begin >= block->end) block->begin = block->end = VLLM_ATTENTION_SPLIT;
    block->first = first / 16;
    block->last = (last + 15) / 16;
    return last > 0;
}

/// P of a block's rows, their maxima and totals.
static void block_softmax(const attention_tile *t, attention_block *block, int split) {
    for (int r = 0; r < block->rows; r++) {
        if (block->high[r] == 0) continue;
        size_t at = (size_t)(block->at + r) * ATTENTION_LD;
        float *scores = t->scores + at;
        int low = block->low[r], high = block->high[r];
        char *p = t->p + at * 4;
        attention_slope slope = slope_of(t, block->row + r, split);
        if (t->a->alibi) {
            block->largest[r] = mask_scores(t, scores, slope, low, high, 1);
            block->total[r] = exponentials(t, scores, p, slope, block->largest[r], low, high, 1);
        } else {
            block->largest[r] = mask_scores(t, scores, slope, low, high, 0);
            block->total[r] = exponentials(t, scores, p, slope, block->largest[r], low, high, 0);
        }
    }
}

/// P · V of a block's rows over those of the steps [begin, end) that a row does not share.
static void block_ends(const attention_tile *t, const attention_block *block, int begin, int end) {
    int per_step = t->a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 1;
    for (int r = 0; r < block->rows; r++) {
        int low = block->low[r] / per_step, high = (block->high[r] + per_step - 1) / per_step;
        values_row(t, block, r, low > begin ? low : begin, high < end ? high : end);
    }
}

/// P · V of a block over the groups [begin, end): the steps before those its rows share, these, those after.
static void add_values(const attention_tile *t, const attention_block *block, int begin, int end) {
    int group_steps = t->a->cache_dtype == VLLM_DTYPE_BF16 ? 8 : 16;
    int first = begin * group_steps, last = end * group_steps;
    if (first < block->begin) block_ends(t, block, first, last < block->begin ? last : block->begin);
    block_values(t, block, begin, end);
    if (last > block->end) block_ends(t, block, first > block->end ? first : block->end, last);
}

/// Blocks that are computed together against the split at `split`, a chunk of groups after another.
static void run_blocks(const attention_tile *t, attention_block *blocks, int count, int split) {
    for (int begin = t->first; begin < t->last; begin += t->chunk) {
        int end = begin + t->chunk < t->last ? begin + t->chunk : t->last;
        for (int i = 0; i < count; i++) block_scores(t, blocks + i, begin, end);
    }
    for (int i = 0; i < count; i++) {
        block_softmax(t, blocks + i, split);
        memset(t->part + (size_t)blocks[i].at * t->dim, 0, (size_t)blocks[i].rows * t->dim * 4);
    }
    for (int begin = t->first; begin < t->last; begin += t->chunk) {
        int end = begin + t->chunk < t->last ? begin + t->chunk : t->last;
        if (t->values) take_values(t, begin, end);
        for (int i = 0; i < count; i++) add_values(t, blocks + i, begin, end);
    }
    for (int i = 0; i < count; i++) {
        for (int r = 0; r < blocks[i].rows; r++) {
            const float *part = t->part + (size_t)(blocks[i].at + r) * t->dim;
            if (blocks[i].high[r] > 0)
                keep(t, blocks[i].row + r, part, split, blocks[i].largest[r], blocks[i].total[r]);
        }
    }
}

static char *take(char **scratch, size_t bytes) {
    char *p = *scratch;
    *scratch += (bytes + 63) / 64 * 64;
    return p;
}

static void write_rows(const attention_tile *t) {
    const vllm_attention_args *a = t->a;
    for (int row = 0; row < t->rows; row++) {
        int token = t->sequence->q_start + t->first_query + row % t->head_rows / t->group;
        size_t at = (size_t)token * a->ldo + (size_t)row_head(t, row) * (size_t)t->value_dim;
        vf inverse = vf_set1(inverse_total(t, row));
        for (int d = 0; d < t->value_dim; d += 16) {
            int lanes = t->value_dim - d < 16 ? t->value_dim - d : 16;
            vf x = vf_mul(vf_load(t->sums + (size_t)row * t->dim + d), inverse);
            if (a->out_dtype == VLLM_DTYPE_BF16) vf_store_bf16_n((uint16_t *)a->out + at + d, x, lanes);
            else vf_store_n((float *)a->out + at + d, x, lanes);
        }
    }
}

/// All rows of the tile against the split at `split`, of which they see positions from `begin` to `end`.
static void attend_split(attention_tile *t, int split, int begin, int end) {
    find_groups(t, split, begin, end);
    attention_block blocks[ATTENTION_ROWS];
    int most = most_rows(t->a->cache_dtype), per_head = (t->head_rows + most - 1) / most, count = 0, at = 0;
    for (int head = 0; head < t->heads; head++) {
        for (int i = 0, row = 0; i < per_head; i++) {
            int rows = (t->head_rows - row) / (per_head - i);
            if (at + rows > ATTENTION_ROWS) {
                run_blocks(t, blocks, count, split);
                count = at = 0;
            }
            attention_block *block = blocks + count;
            *block =
                (attention_block){.head = head, .row = head * t->head_rows + row, .rows = rows, .at = at};
            row += rows;
            if (!aim(t, block, split)) continue;
            if (t->together) {
                at += block->rows;
                count++;
            } else {
                run_blocks(t, block, 1, split);
            }
        }
    }
    if (count > 0) run_blocks(t, blocks, count, split);
}

/// Begins the tile of the queries [begin, end).
static void start_tile(attention_tile *t, int begin, int end) {
    t->first_query = begin;
    t->head_rows = (end - begin) * t->group;
    t->rows = t->head_rows * t->heads;
    for (int row = 0; row < t->rows; row++) t->totals[row] = -1;
}

/// Queries [begin, end), at most a tile.
static void attend(attention_tile *t, int begin, int end) {
    const vllm_attention_args *a = t->a;
    const vllm_attention_item *item = t->item;
    const vllm_attention_sequence *s = t->sequence;
    size_t element = a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 4;
    start_tile(t, begin, end);
    for (int row = 0; row < t->rows; row++) {
        size_t token = (size_t)(s->q_start + begin + row % t->head_rows / t->group);
        size_t at = token * a->ldq + (size_t)row_head(t, row) * (size_t)a->head_dim;
        memcpy(t->q + (size_t)row * t->q_bytes, (const char *)a->q + at * element, t->q_bytes);
    }
    int first = s->kv_len - s->q_len + begin, last = s->kv_len - s->q_len + end;
    int low = a->window > 0 && first >= a->window ? first - a->window + 1 : 0;
    for (int i = item->split_begin; i < item->split_end; i++) {
        int split = i * VLLM_ATTENTION_SPLIT, next = split + VLLM_ATTENTION_SPLIT;
        if (item->parts) {
            size_t width = attention_part_width(a);
            float *part = item->parts + (size_t)(i - item->split_begin) * (size_t)t->rows * width;
            for (int row = 0; row < t->rows; row++) part[(size_t)row * width + t->dim + 1] = -1;
        }
        if (split < last && next > low) attend_split(t, split, low, last);
    }
    if (!item->parts) write_rows(t);
}

/// A tile over the scratch memory.
static attention_tile make_tile(const vllm_attention_args *a, const vllm_attention_item *item,
                                char *scratch) {
    int group = a->heads / a->kv_heads, heads = item->head_end - item->head_begin;
    int queries = vllm_attention_query_tile(a), most = item->query_end - item->query_begin;
    size_t rows = (size_t)((most < queries ? most : queries) * group * heads);
    attention_tile t = {.a = a,
                        .item = item,
                        .sequence = a->sequences + item->sequence,
                        .heads = heads,
                        .group = group,
                        .together = heads > 1 || a->latent_dim > 0,
                        .value_dim = attention_value_dim(a),
                        .dim = attention_padded_dim(attention_value_dim(a))};
    t.q_bytes = (size_t)a->head_dim * (a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 4);
    t.v_step = t.value_dim * (a->cache_dtype == VLLM_DTYPE_F16 ? 2 : 4);
    t.q = take(&scratch, rows * t.q_bytes);
    t.scores = (float *)(void *)take(&scratch, ATTENTION_ROWS * ATTENTION_LD * 4);
    t.p = take(&scratch, ATTENTION_ROWS * ATTENTION_LD * 4);
    t.part = (float *)(void *)take(&scratch, ATTENTION_ROWS * t.dim * 4);
    t.sums = (float *)(void *)take(&scratch, rows * t.dim * 4);
    if (a->latent_dim > 0) t.values = take(&scratch, ATTENTION_CHUNK * value_group_bytes(&t));
    t.maxima = (float *)(void *)take(&scratch, rows * 4);
    t.totals = (float *)(void *)take(&scratch, rows * 4);
    t.stream = (const char **)(void *)take(&scratch, (size_t)ATTENTION_STREAM(heads) * sizeof(char *));
    size_t bytes = group_bytes(a);
    t.ahead = (int)((ATTENTION_AHEAD + bytes - 1) / bytes);
    if (t.ahead > ATTENTION_MOST_AHEAD) t.ahead = ATTENTION_MOST_AHEAD;
    return t;
}

void ISA(vllm_attention)(const vllm_attention_args *a, const vllm_attention_item *item, void *scratch);
void ISA(vllm_attention)(const vllm_attention_args *a, const vllm_attention_item *item, void *scratch) {
    attention_tile t = make_tile(a, item, scratch);
    int tile = vllm_attention_query_tile(a);
    for (int q = item->query_begin; q < item->query_end; q += tile)
        attend(&t, q, q + tile < item->query_end ? q + tile : item->query_end);
}

void ISA(vllm_attention_merge)(const vllm_attention_args *a, const vllm_attention_item *item, void *scratch);
void ISA(vllm_attention_merge)(const vllm_attention_args *a, const vllm_attention_item *item, void *scratch) {
    attention_tile t = make_tile(a, item, scratch);
    start_tile(&t, item->query_begin, item->query_end);
    size_t width = attention_part_width(a);
    const float *part = item->parts;
    for (int split = item->split_begin; split < item->split_end; split++) {
        for (int row = 0; row < t.rows; row++, part += width)
            if (!(part[t.dim + 1] < 0)) merge(&t, row, part, part[t.dim], part[t.dim + 1]);
    }
    write_rows(&t);
}

#endif
