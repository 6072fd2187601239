// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Paged causal attention:  out = softmax(scale · q Kᵀ) V
//
// The heads that share a KV head and the queries of the tile are folded into rows, cut into register blocks
// of MAX_ROWS. The context is cut at every multiple of VLLM_ATTENTION_SPLIT positions. Within a split a row's
// scores are computed, their maximum, the exponentials and their sum, then P·V as one chain along the tokens;
// the splits are merged in order. Exponents are in base two, the scale having log₂ e folded in.
//
// A row's chain holds exactly the token steps (a pair for bf16, one token else) that its mask touches, so
// that its bits do not depend on the rows beside it: steps that all rows of a block share go through the
// register tile, the ragged ends row by row, with the masked half of a pair of V zeroed (0 · NaN is NaN).
//
// Work: 4 · head_dim operations a row and token; bytes: K and V once a work item from memory, once a block
// from the second-level cache. Measured on one Zen 4 core with bf16: 67 to 80 % of the bf16 peak in prefill
// (head_dim 64 to 256), half to 70 % of the read bandwidth in decode.

#ifndef VLLM_ATTENTION_BODY_H
#define VLLM_ATTENTION_BODY_H

#include "../gemm/tile_body.h"
#include "../support/vector_math.h"
#include "attention_plan.h"

#define LOG2_E 1.44269504f

/// One work item. Rows are query-major: row = query * group + head.
typedef struct {
    const vllm_attention_args *a;
    const vllm_attention_sequence *sequence;
    int kv_head, group, first_query, rows;
    size_t dim, q_bytes;    // padded head dimension; bytes of a row of q
    int v_step;             // bytes of a step of V
    char *q;                // [rows][head_dim]
    float *scores;          // [block][LD]
    char *p;                // [block] of LD steps of bf16 pairs or floats
    float *part;            // [block][dim]: sums of the split
    float *sums;            // [rows][dim]: sums so far
    float *maxima, *totals; // [rows]
    /// The groups in the order they are read: keys of the split, its values, keys of the next split. What
    /// lies ATTENTION_AHEAD bytes further on in this order is prefetched by the first register block.
    const char **stream;
    const char *const *k, *const *v; // group g of the split is k[g]; both point into `stream`
    int ahead;                       // groups
} attention_item;

/// P · V over the steps [begin, end) that all rows share, D columns of 16 (the last of `tail` lanes, if not
/// 0).
typedef struct {
    const char *p;
    const char *const *v;
    size_t column; // bytes into a step of V
    int step_bytes;
    int begin, end;
    int tail;
    int ahead; // group g + ahead is prefetched; 0: none
    float *out;
    size_t ldo;
} values_args;

INLINE void values_tile(const values_args *a, const int R, const int D, const vllm_dtype dtype,
                        const int partial) {
    const int group_steps = dtype == VLLM_DTYPE_BF16 ? 8 : 16, column = dtype == VLLM_DTYPE_F16 ? 32 : 64;
    vf sums[8][4];
    UNROLL
    for (int r = 0; r < R; r++) {
        UNROLL
        for (int d = 0; d < D; d++) sums[r][d] = vf_load(a->out + (size_t)r * a->ldo + 16 * d);
    }
    for (int step = a->begin; step < a->end;) {
        int group = step / group_steps, stop = (group + 1) * group_steps;
        if (stop > a->end) stop = a->end;
        const char *v =
            a->v[group] + a->column + (size_t)(step - group * group_steps) * (size_t)a->step_bytes;
        const char *p = a->p + 4 * (size_t)step,
                   *next = a->v[group + a->ahead] + (v - a->v[group] - a->column);
        for (; step < stop; step++, p += 4, v += a->step_bytes) {
            if (a->ahead > 0) {
                for (int at = 0; at < a->step_bytes; at += 64) __builtin_prefetch(next + at, 0, 2);
                next += a->step_bytes;
            }
            if (dtype == VLLM_DTYPE_BF16) {
                vu values[4];
                UNROLL
                for (int d = 0; d < D; d++)
                    values[d] = partial ? vu_load_n(v, a->tail) : vu_load(v + column * d);
                UNROLL
                for (int r = 0; r < R; r++) {
                    vu pair = broadcast_pair(p + (size_t)r * ATTENTION_LD * 4);
                    UNROLL
                    for (int d = 0; d < D; d++) sums[r][d] = vf_dot2(sums[r][d], values[d], pair);
                }
            } else {
                vf values[4];
                UNROLL
                for (int d = 0; d < D; d++) {
                    const void *from = v + column * d;
                    if (dtype == VLLM_DTYPE_F16)
                        values[d] = partial ? vf_load_f16_n(from, a->tail) : vf_load_f16(from);
                    else values[d] = partial ? vf_load_n(from, a->tail) : vf_load(from);
                }
                UNROLL
                for (int r = 0; r < R; r++) {
                    vf one = broadcast_float(p + (size_t)r * ATTENTION_LD * 4);
                    UNROLL
                    for (int d = 0; d < D; d++) sums[r][d] = vf_fma(one, values[d], sums[r][d]);
                }
            }
        }
    }
    UNROLL
    for (int r = 0; r < R; r++) {
        UNROLL
        for (int d = 0; d < D; d++) vf_store(a->out + (size_t)r * a->ldo + 16 * d, sums[r][d]);
    }
}

typedef void (*values_function)(const values_args *);
/// [dtype][columns − 1, or MAX_PANELS for one partial column][rows − 1]
static const values_function values_tiles[3][MAX_PANELS + 1][MAX_ROWS];

/// Steps [begin, end) of one row, whose mask is [low, high) in tokens: the ragged ends.
static void values_row(const attention_item *t, int r, int begin, int end, int low, int high) {
    vllm_dtype dtype = t->a->cache_dtype;
    int per_group = dtype == VLLM_DTYPE_BF16 ? 8 : 16, column = dtype == VLLM_DTYPE_F16 ? 32 : 64;
    const char *p = t->p + (size_t)r * ATTENTION_LD * 4;
    for (int d = 0; d * 16 < t->a->head_dim; d++) {
        int lanes = t->a->head_dim - 16 * d < 16 ? t->a->head_dim - 16 * d : 16;
        float *out = t->part + (size_t)r * t->dim + 16 * d;
        vf sum = vf_load(out);
        for (int step = begin; step < end; step++) {
            const char *v =
                t->v[step / per_group] + (size_t)(step % per_group) * (size_t)t->v_step + column * d;
            const void *from = v;
            if (dtype == VLLM_DTYPE_BF16) {
                uint32_t keep = (2 * step >= low ? 0xffffu : 0) | (2 * step + 1 < high ? 0xffff0000u : 0);
                sum =
                    vf_dot2(sum, vu_and(vu_load_n(from, lanes), vu_set1(keep)), broadcast_pair(p + 4 * step));
            } else {
                vf values = dtype == VLLM_DTYPE_F16 ? vf_load_f16_n(from, lanes) : vf_load_n(from, lanes);
                sum = vf_fma(broadcast_float(p + 4 * step), values, sum);
            }
        }
        vf_store(out, sum);
    }
}

/// The tokens [low, high) of the split at `split` that a row sees.
static void row_range(const attention_item *t, int row, int split, int *low, int *high) {
    const vllm_attention_sequence *s = t->sequence;
    int position = s->kv_len - s->q_len + t->first_query + row / t->group;
    int first = t->a->window > 0 && position >= t->a->window ? position - t->a->window + 1 : 0;
    *low = first > split ? first - split : 0;
    *high = position + 1 - split < VLLM_ATTENTION_SPLIT ? position + 1 - split : VLLM_ATTENTION_SPLIT;
}

/// A plain score is its dot product times a positive scale.
INLINE int is_plain(const vllm_attention_args *a) { return !(a->soft_cap > 0) && !a->alibi && a->scale > 0; }

/// The score of a vector of dot products at positions `at` of the split, in base-two units.
INLINE vf transform(const attention_item *t, int row, vf x, int at) {
    const vllm_attention_args *a = t->a;
    if (a->soft_cap > 0) {
        x = vf_tanh(vf_mul(x, vf_set1(a->scale / a->soft_cap)));
        x = vf_mul(x, vf_set1(a->soft_cap * LOG2_E));
    } else {
        x = vf_mul(x, vf_set1(a->scale * LOG2_E));
    }
    if (!a->alibi) return x;
    float distance[16], slope = a->alibi[t->kv_head * t->group + row % t->group] * LOG2_E;
    int first = at - (t->sequence->kv_len - t->sequence->q_len + t->first_query + row / t->group);
    for (int i = 0; i < 16; i++) distance[i] = (float)(first + i);
    return vf_fma(vf_load(distance), vf_set1(slope), x);
}

/// Masks scores to [low, high), and transforms them if they are not plain; returns the maximum in base-two
/// units.
static float mask_scores(const attention_item *t, int row, float *scores, int split, int low, int high) {
    int plain = is_plain(t->a);
    vf largest = vf_set1(-__builtin_inff());
    for (int at = low / 16 * 16; at < high; at += 16) {
        vf x = vf_load(scores + at);
        if (!plain) x = transform(t, row, x, split + at);
        int edge = at < low || at + 16 > high;
        if (edge) x = vf_select(vm_range(low - at, high - at), x, vf_set1(-__builtin_inff()));
        if (edge || !plain) vf_store(scores + at, x);
        largest = vf_max(x, largest);
    }
    return vf_largest(largest) * (plain ? t->a->scale * LOG2_E : 1);
}

/// P = 2^(score − largest), rounded to the cache's type if that is bf16; returns the sum of what is stored.
static float exponentials(const attention_item *t, const float *scores, char *p, float largest, int low,
                          int high) {
    int first = low / 16 * 16, last = (high + 15) / 16 * 16;
    vf sum = vf_zero(), shift = vf_set1(-largest), scale = vf_set1(is_plain(t->a) ? t->a->scale * LOG2_E : 1);
    if (t->a->cache_dtype != VLLM_DTYPE_BF16) {
        for (int at = first; at < last; at += 16) {
            vf e = vf_exp2(vf_fma(vf_load(scores + at), scale, shift));
            vf_store((float *)(void *)p + at, e);
            sum = vf_add(sum, e);
        }
        return vf_sum(sum);
    }
    for (int at = first; at < last; at += 16)
        vf_store_bf16((uint16_t *)(void *)p + at, vf_exp2(vf_fma(vf_load(scores + at), scale, shift)));
    // The sum as products of pairs with one.
    vu ones = vu_set1(0x3f803f80u);
    int at = first;
    for (; at + 32 <= last; at += 32) sum = vf_dot2(sum, vu_load(p + 2 * at), ones);
    if (at < last) sum = vf_dot2(sum, vu_load_n(p + 2 * at, 8), ones);
    return vf_sum(sum);
}

/// Merges the part of a split into a row's sums.
static void merge(const attention_item *t, int row, const float *part, float largest, float total) {
    float *sums = t->sums + (size_t)row * t->dim;
    if (t->totals[row] < 0) { // nothing yet
        memcpy(sums, part, t->dim * 4);
        t->maxima[row] = largest;
        t->totals[row] = total;
        return;
    }
    float lanes[16] = {t->maxima[row], largest}, both = t->maxima[row] > largest ? t->maxima[row] : largest;
    vf_store(lanes, vf_exp2(vf_sub(vf_load(lanes), vf_set1(both))));
    float old = lanes[0], new = lanes[1];
    for (size_t d = 0; d < t->dim; d += 16) {
        vf x = vf_mul(vf_load(sums + d), vf_set1(old));
        vf_store(sums + d, vf_fma(vf_load(part + d), vf_set1(new), x));
    }
    t->maxima[row] = both;
    t->totals[row] = t->totals[row] * old + total * new;
}

/// Scores of `rows` rows against the groups [begin, end).
static void block_scores(const attention_item *t, int row, int rows, int begin, int end) {
    vllm_dtype dtype = t->a->cache_dtype;
    int ahead = row == 0 ? t->ahead : 0;
    tile_args tile = {.x = t->q + (size_t)row * t->q_bytes,
                      .ldx = t->q_bytes,
                      .steps = step_count(dtype, t->a->head_dim),
                      .ldy = ATTENTION_LD,
                      .next_stride = (size_t)step_bytes(dtype)};
    int tiles = (end - begin + MAX_PANELS - 1) / MAX_PANELS;
    for (int i = 0, group = begin; i < tiles; i++) {
        int width = (end - group) / (tiles - i);
        tile.panels = t->k + group;
        tile.next = t->k + group + ahead;
        tile.y = t->scores + 16 * group;
        ISA(vllm_tiles)[dtype][PREFETCH_NEXT][width - 1][rows - 1](&tile);
        group += width;
    }
}

/// P · V of a block: the shared steps in tiles, each row's own before and after them.
static void block_values(const attention_item *t, int row, int rows, const int *low, const int *high) {
    vllm_dtype dtype = t->a->cache_dtype;
    int per_step = dtype == VLLM_DTYPE_BF16 ? 2 : 1, begin = 0, end = VLLM_ATTENTION_SPLIT;
    for (int r = 0; r < rows; r++) {
        int first = (low[r] + per_step - 1) / per_step, last = high[r] / per_step;
        begin = first > begin ? first : begin;
        end = last < end ? last : end;
    }
    if (begin >= end) begin = end = VLLM_ATTENTION_SPLIT; // nothing is shared: everything is before it
    memset(t->part, 0, (size_t)rows * t->dim * 4);
    for (int r = 0; r < rows; r++) {
        int stop = (high[r] + per_step - 1) / per_step;
        values_row(t, r, low[r] / per_step, stop < begin ? stop : begin, low[r], high[r]);
    }
    int full = t->a->head_dim / 16, tail = t->a->head_dim % 16, tiles = (full + MAX_PANELS - 1) / MAX_PANELS;
    values_args v = {.p = t->p,
                     .v = t->v,
                     .step_bytes = t->v_step,
                     .begin = begin,
                     .end = end,
                     .tail = tail,
                     .ahead = row == 0 ? t->ahead : 0,
                     .ldo = t->dim};
    size_t column = dtype == VLLM_DTYPE_F16 ? 32 : 64;
    for (int i = 0, d = 0; begin < end && i < tiles; i++) {
        int width = (full - d) / (tiles - i);
        v.column = column * (size_t)d;
        v.out = t->part + 16 * d;
        values_tiles[dtype][width - 1][rows - 1](&v);
        v.ahead = 0;
        d += width;
    }
    if (begin < end && tail) {
        v.column = column * (size_t)full;
        v.out = t->part + 16 * full;
        values_tiles[dtype][MAX_PANELS][rows - 1](&v);
    }
    for (int r = 0; r < rows; r++)
        values_row(t, r, end, (high[r] + per_step - 1) / per_step, low[r], high[r]);
}

/// One register block against one split.
static void block_split(const attention_item *t, int row, int rows, int split) {
    int low[MAX_ROWS], high[MAX_ROWS], first = VLLM_ATTENTION_SPLIT, last = 0;
    for (int r = 0; r < rows; r++) {
        row_range(t, row + r, split, &low[r], &high[r]);
        if (high[r] <= low[r]) {
            low[r] = high[r] = 0; // it sees nothing of this split
            continue;
        }
        first = low[r] < first ? low[r] : first;
        last = high[r] > last ? high[r] : last;
    }
    if (last == 0) return;
    block_scores(t, row, rows, first / 16, (last + 15) / 16);
    float largest[MAX_ROWS], total[MAX_ROWS];
    for (int r = 0; r < rows; r++) {
        if (high[r] == 0) continue;
        float *scores = t->scores + (size_t)r * ATTENTION_LD;
        largest[r] = mask_scores(t, row + r, scores, split, low[r], high[r]);
        total[r] = exponentials(t, scores, t->p + (size_t)r * ATTENTION_LD * 4, largest[r], low[r], high[r]);
    }
    block_values(t, row, rows, low, high);
    for (int r = 0; r < rows; r++)
        if (high[r] > 0) merge(t, row + r, t->part + (size_t)r * t->dim, largest[r], total[r]);
}

/// The address of the group of position `position`.
INLINE const char *group_address(const attention_item *t, const void *cache, int position) {
    const vllm_attention_args *a = t->a;
    size_t head = (size_t)a->head_dim * 16 * (a->cache_dtype == VLLM_DTYPE_F32 ? 4 : 2);
    int groups = a->block_size / 16, index = position / 16;
    size_t slot =
        (size_t)t->sequence->block_table[index / groups] * (size_t)groups + (size_t)(index % groups);
    return (const char *)cache + (slot * (size_t)a->kv_heads + (size_t)t->kv_head) * head;
}

/// Lines up the groups of the split at `split` that hold positions from `begin` to `end`, and some of the
/// next.
static void find_groups(attention_item *t, int split, int begin, int end) {
    int first = begin > split ? (begin - split) / 16 : 0, next = split + VLLM_ATTENTION_SPLIT;
    int last = ((end < next ? end : next) - split + 15) / 16, count = last - first, at = 2 * count;
    t->k = t->stream - first;
    t->v = t->stream + count - first;
    for (int i = 0; i < count; i++) {
        t->stream[i] = group_address(t, t->a->k_cache, split + 16 * (first + i));
        t->stream[count + i] = group_address(t, t->a->v_cache, split + 16 * (first + i));
    }
    for (int i = 0; i < t->ahead + MAX_PANELS; i++, at++)
        t->stream[at] =
            next + 16 * i < end ? group_address(t, t->a->k_cache, next + 16 * i) : t->stream[at - 1];
}

static char *take(char **scratch, size_t bytes) {
    char *p = *scratch;
    *scratch += (bytes + 63) / 64 * 64;
    return p;
}

static void write_rows(const attention_item *t) {
    const vllm_attention_args *a = t->a;
    for (int row = 0; row < t->rows; row++) {
        int token = t->sequence->q_start + t->first_query + row / t->group;
        int head = t->kv_head * t->group + row % t->group;
        size_t at = (size_t)token * a->ldo + (size_t)head * (size_t)a->head_dim;
        vf inverse = vf_set1(1.0f / t->totals[row]);
        for (int d = 0; d < a->head_dim; d += 16) {
            int lanes = a->head_dim - d < 16 ? a->head_dim - d : 16;
            vf x = vf_mul(vf_load(t->sums + (size_t)row * t->dim + d), inverse);
            if (a->out_dtype == VLLM_DTYPE_BF16) vf_store_bf16_n((uint16_t *)a->out + at + d, x, lanes);
            else vf_store_n((float *)a->out + at + d, x, lanes);
        }
    }
}

/// Queries [begin, end), at most a tile.
static void attend(attention_item *t, int begin, int end) {
    const vllm_attention_args *a = t->a;
    const vllm_attention_sequence *s = t->sequence;
    size_t element = a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 4;
    t->first_query = begin;
    t->rows = (end - begin) * t->group;
    for (int row = 0; row < t->rows; row++) {
        size_t token = (size_t)(s->q_start + begin + row / t->group);
        size_t head = (size_t)(t->kv_head * t->group + row % t->group);
        memcpy(t->q + (size_t)row * t->q_bytes,
               (const char *)a->q + (token * a->ldq + head * (size_t)a->head_dim) * element, t->q_bytes);
        t->totals[row] = -1;
    }
    int first = s->kv_len - s->q_len + begin, last = s->kv_len - s->q_len + end;
    int low = a->window > 0 && first >= a->window ? first - a->window + 1 : 0;
    int most = most_rows(a->cache_dtype), blocks = (t->rows + most - 1) / most;
    for (int split = low / VLLM_ATTENTION_SPLIT * VLLM_ATTENTION_SPLIT; split < last;
         split += VLLM_ATTENTION_SPLIT) {
        find_groups(t, split, low, last);
        for (int i = 0, row = 0; i < blocks; i++) {
            int rows = (t->rows - row) / (blocks - i);
            block_split(t, row, rows, split);
            row += rows;
        }
    }
    write_rows(t);
}

void ISA(vllm_attention)(const vllm_attention_args *a, int sequence, int kv_head, int q_begin, int q_end,
                         void *scratch);
void ISA(vllm_attention)(const vllm_attention_args *a, int sequence, int kv_head, int q_begin, int q_end,
                         void *scratch) {
    char *at = scratch;
    int group = a->heads / a->kv_heads, tile = vllm_attention_query_tile(a);
    size_t rows = (size_t)tile * (size_t)group, dim = attention_padded_dim(a->head_dim);
    attention_item t = {
        .a = a, .sequence = a->sequences + sequence, .kv_head = kv_head, .group = group, .dim = dim};
    t.q_bytes = (size_t)a->head_dim * (a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 4);
    t.v_step = a->head_dim * (a->cache_dtype == VLLM_DTYPE_F16 ? 2 : 4);
    t.q = take(&at, rows * t.q_bytes);
    t.scores = (float *)(void *)take(&at, ATTENTION_BLOCK_ROWS * ATTENTION_LD * 4);
    t.p = take(&at, ATTENTION_BLOCK_ROWS * ATTENTION_LD * 4);
    t.part = (float *)(void *)take(&at, ATTENTION_BLOCK_ROWS * dim * 4);
    t.sums = (float *)(void *)take(&at, rows * dim * 4);
    t.maxima = (float *)(void *)take(&at, rows * 4);
    t.totals = (float *)(void *)take(&at, rows * 4);
    t.stream = (const char **)(void *)take(&at, ATTENTION_STREAM * sizeof(char *));
    size_t group_bytes = (size_t)a->head_dim * 16 * (a->cache_dtype == VLLM_DTYPE_F32 ? 4 : 2);
    t.ahead = (int)((ATTENTION_AHEAD + group_bytes - 1) / group_bytes);
    if (t.ahead > ATTENTION_MOST_AHEAD) t.ahead = ATTENTION_MOST_AHEAD;
    for (int q = q_begin; q < q_end; q += tile) attend(&t, q, q + tile < q_end ? q + tile : q_end);
}

#endif
