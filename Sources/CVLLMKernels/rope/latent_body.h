// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// What multi-head latent attention needs of its projections: contents of queries rounded to the type of the
// products, the turned parts of queries behind where their latent parts will stand, and the key, the normed
// latent vector with its turned part behind it, in its slot.

#ifndef VLLM_LATENT_BODY_H
#define VLLM_LATENT_BODY_H

#include "qkv_body.h"

void ISA(vllm_latent)(const vllm_latent_args *a, int token_begin, int token_end);
void ISA(vllm_latent)(const vllm_latent_args *a, int token_begin, int token_end) {
    alignas(64) float x[MAX_HEAD_DIM];
    size_t content = (size_t)a->content_dim, latent = (size_t)a->latent_dim, rotary = (size_t)a->rotary_dim;
    vllm_qkv_args key = {.heads = a->heads,
                         .kv_heads = 1,
                         .head_dim = a->latent_dim + a->rotary_dim,
                         .rope = a->rope,
                         .rotary_dim = a->rotary_dim,
                         .cos = a->cos,
                         .sin = a->sin,
                         .k_cache = a->k_cache,
                         .cache_dtype = a->cache_dtype};
    vllm_dtype dtype = a->cache_dtype == VLLM_DTYPE_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32;
    size_t element = dtype == VLLM_DTYPE_BF16 ? 2 : 4;
    for (int token = token_begin; token < token_end; token++) {
        const float *q = a->q + (size_t)token * a->ldq, *kv = a->kv + (size_t)token * a->ldkv;
        char *contents = (char *)a->content + (size_t)token * a->ldc * element;
        char *queries = (char *)a->queries + ((size_t)token * a->ldo + latent) * element;
        for (int head = 0; head < a->heads; head++, q += content + rotary) {
            store_row(contents + (size_t)head * content * element, dtype, q, content);
            memcpy(x, q + content, rotary * 4);
            rotate(&key, x, a->positions[token]);
            store_row(queries + (size_t)head * (latent + rotary) * element, dtype, x, rotary);
        }
        if (a->slots[token] < 0) continue;
        vf scale = vf_set1(inverse_deviation(kv, a->latent_dim, 0, a->epsilon));
        for (int at = 0; at < a->latent_dim; at += 16) {
            int lanes = a->latent_dim - at < 16 ? a->latent_dim - at : 16;
            vf y = vf_mul(vf_load_n(kv + at, lanes), scale);
            vf_store_n(x + at, vf_mul(y, vf_load_n(a->norm + at, lanes)), lanes);
        }
        float *turned = x + latent;
        memcpy(turned, kv + latent, rotary * 4);
        rotate(&key, turned, a->positions[token]);
        write_key(&key, x, 0, a->slots[token]);
    }
}

#endif
