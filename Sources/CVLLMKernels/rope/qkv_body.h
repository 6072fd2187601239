// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The merged projection, split: query/key norm, rotary embedding, q in the cache's activation type, K and V
// to their slots. Rotary by halves: (a, b) = (x[i], x[i + r/2]); interleaved: (x[2i], x[2i + 1]);
//   a' = a cos − b sin      b' = b cos + a sin
// Two neighbouring slots share words of V, so elements are stored one by one: threads may have one each.

#ifndef VLLM_QKV_BODY_H
#define VLLM_QKV_BODY_H

#include "../norm/rows_body.h"

#define MAX_HEAD_DIM 1024

static void rotate(const vllm_qkv_args *a, float *x, int position) {
    int half = a->rotary_dim / 2;
    const float *cos = a->cos + (size_t)position * (size_t)half,
                *sin = a->sin + (size_t)position * (size_t)half;
    if (a->rope == VLLM_ROPE_HALF) {
        for (int i = 0; i < half; i += 16) {
            int lanes = half - i < 16 ? half - i : 16;
            vf c = vf_load_n(cos + i, lanes), s = vf_load_n(sin + i, lanes);
            vf first = vf_load_n(x + i, lanes), second = vf_load_n(x + half + i, lanes);
            vf_store_n(x + i, vf_sub(vf_mul(first, c), vf_mul(second, s)), lanes);
            vf_store_n(x + half + i, vf_add(vf_mul(second, c), vf_mul(first, s)), lanes);
        }
    } else if (a->rope == VLLM_ROPE_INTERLEAVED) {
        for (int i = 0; i < half; i++) {
            float first = x[2 * i], second = x[2 * i + 1];
            x[2 * i] = first * cos[i] - second * sin[i];
            x[2 * i + 1] = second * cos[i] + first * sin[i];
        }
    }
}

/// The norm of a head, or of all heads of a token.
typedef struct {
    const float *weights; // NULL: none
    int stride;           // from one head's weights to the next
    float mean, scale;    // of all heads together
} head_norm;

/// Finds mean and scale of n elements.
static void measure(const vllm_qkv_args *a, head_norm *norm, const float *x, int n) {
    norm->mean = a->layer_norm ? row_sum(x, n, 0, 1) / (float)n : 0;
    norm->scale = inverse_deviation(x, n, norm->mean, a->epsilon);
}

/// The norm of a token's heads, which begin at x.
static head_norm norm_of(const vllm_qkv_args *a, const float *weights, int stride, const float *x,
                         int heads) {
    head_norm norm = {.weights = weights, .stride = stride};
    if (weights && a->norm_all_heads) measure(a, &norm, x, heads * a->head_dim);
    return norm;
}

/// A head of q or k, normed and rotated.
static void prepare_head(const vllm_qkv_args *a, float *x, const float *from, head_norm norm, int head,
                         int position) {
    int dim = a->head_dim;
    memcpy(x, from, (size_t)dim * 4);
    if (norm.weights) {
        if (!a->norm_all_heads) measure(a, &norm, x, dim);
        const float *weights = norm.weights + (size_t)head * (size_t)norm.stride;
        vf scale = vf_set1(norm.scale), shift = vf_set1(norm.mean);
        for (int at = 0; at < dim; at += 16) {
            int lanes = dim - at < 16 ? dim - at : 16;
            vf y = vf_mul(vf_sub(vf_load_n(x + at, lanes), shift), scale);
            vf_store_n(x + at, vf_mul(y, vf_load_n(weights + at, lanes)), lanes);
        }
    }
    if (a->rope != VLLM_ROPE_NONE) rotate(a, x, position);
}

static void write_key(const vllm_qkv_args *a, const float *x, int head, int slot) {
    size_t dim = (size_t)a->head_dim, lane = (size_t)(slot % 16);
    size_t base = ((size_t)(slot / 16) * (size_t)a->kv_heads + (size_t)head) * dim * 16;
    if (a->cache_dtype == VLLM_DTYPE_F32) {
        float *out = (float *)a->k_cache + base + lane;
        for (size_t d = 0; d < dim; d++) out[16 * d] = x[d];
        return;
    }
    uint16_t narrow[MAX_HEAD_DIM];
    store_row(narrow, a->cache_dtype, x, dim);
    uint16_t *out = (uint16_t *)a->k_cache + base;
    if (a->cache_dtype == VLLM_DTYPE_F16) {
        for (size_t d = 0; d < dim; d++) out[16 * d + lane] = narrow[d];
    } else {
        for (size_t d = 0; d < dim; d += 2) memcpy(out + 16 * d + 2 * lane, narrow + d, 4);
    }
}

static void write_value(const vllm_qkv_args *a, const float *x, int head, int slot) {
    size_t dim = (size_t)a->head_dim, lane = (size_t)(slot % 16);
    size_t base = ((size_t)(slot / 16) * (size_t)a->kv_heads + (size_t)head) * dim * 16;
    if (a->cache_dtype != VLLM_DTYPE_BF16) {
        size_t element = a->cache_dtype == VLLM_DTYPE_F32 ? 4 : 2;
        store_row((char *)a->v_cache + (base + lane * dim) * element, a->cache_dtype, x, dim);
        return;
    }
    uint16_t narrow[MAX_HEAD_DIM];
    store_row(narrow, a->cache_dtype, x, dim);
    uint16_t *out = (uint16_t *)a->v_cache + base + lane / 2 * dim * 2 + lane % 2;
    for (size_t d = 0; d < dim; d++) out[2 * d] = narrow[d];
}

void ISA(vllm_qkv)(const vllm_qkv_args *a, int token_begin, int token_end);
void ISA(vllm_qkv)(const vllm_qkv_args *a, int token_begin, int token_end) {
    alignas(64) float x[MAX_HEAD_DIM];
    size_t dim = (size_t)a->head_dim, element = a->cache_dtype == VLLM_DTYPE_BF16 ? 2 : 4;
    vllm_dtype q_dtype = a->cache_dtype == VLLM_DTYPE_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32;
    for (int token = token_begin; token < token_end; token++) {
        const float *from = a->qkv + (size_t)token * a->ld;
        int position = a->rope == VLLM_ROPE_NONE ? 0 : a->positions[token], slot = a->slots[token];
        head_norm norm = norm_of(a, a->q_norm, a->q_norm_stride, from, a->heads);
        for (int head = 0; head < a->heads; head++, from += dim) {
            prepare_head(a, x, from, norm, head, position);
            char *q = (char *)a->q + ((size_t)token * a->ldq + (size_t)head * dim) * element;
            store_row(q, q_dtype, x, dim);
        }
        if (slot < 0) continue;
        norm = norm_of(a, a->k_norm, a->k_norm_stride, from, a->kv_heads);
        for (int head = 0; head < a->kv_heads; head++, from += dim) {
            prepare_head(a, x, from, norm, head, position);
            write_key(a, x, head, slot);
        }
        for (int head = 0; head < a->kv_heads; head++, from += dim) write_value(a, from, head, slot);
    }
}

#endif
