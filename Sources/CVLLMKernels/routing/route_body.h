// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Which experts a token goes to.
//   score = softmax(logits) or sigmoid(logits)      choice by score + bias
//   weight = scale · score, perhaps over the sum of those chosen
// Groups of experts are chosen first, by their best one or the sum of their two best, as DeepSeek-V2 and V3
// do (arXiv 2405.04434, 2412.19437). k passes find the k best; the chosen are written in rising order, in
// which their results are added too.

#ifndef VLLM_ROUTE_BODY_H
#define VLLM_ROUTE_BODY_H

#include "../activation/activation_body.h"

int ISA(vllm_argmax)(const float *x, int n);

/// softmax; what is no number counts for nothing and stays none.
static void softmax_scores(float *scores, const float *x, int n) {
    vf most = vf_set1(x[ISA(vllm_argmax)(x, n)]), sum = vf_zero();
    for (int at = 0; at < n; at += 16) {
        int lanes = n - at < 16 ? n - at : 16;
        vf e = vf_exp(vf_sub(vf_load_n(x + at, lanes), most));
        vf_store(scores + at, e);
        e = vf_select(vm_range(0, lanes), e, vf_zero());
        sum = vf_add(sum, vf_select(vf_is_nan(e), vf_zero(), e));
    }
    vf total = vf_set1(vf_sum(sum));
    for (int at = 0; at < n; at += 16) vf_store(scores + at, vf_div(vf_load(scores + at), total));
}

static void sigmoid_scores(float *scores, const float *x, int n) {
    for (int at = 0; at < n; at += 16) {
        int lanes = n - at < 16 ? n - at : 16;
        vf_store(scores + at, sigmoid(vf_load_n(x + at, lanes)));
    }
}

/// How good a group of experts is: its largest choice, or the sum of its two largest.
static float group_score(const float *choice, int size, int pairs) {
    float first = -__builtin_inff(), second = -__builtin_inff();
    for (int i = 0; i < size; i++) {
        if (choice[i] > first) {
            second = first;
            first = choice[i];
        } else if (choice[i] > second) {
            second = choice[i];
        }
    }
    return pairs && size > 1 ? first + second : first;
}

/// Takes the experts of all but the best groups out of the choice: NaN never wins.
static void keep_best_groups(const vllm_route_args *a, float *choice) {
    float scores[VLLM_MAX_EXPERTS];
    int size = a->experts / a->groups;
    for (int g = 0; g < a->groups; g++) scores[g] = group_score(choice + g * size, size, a->group_pairs);
    for (int i = 0; i < a->chosen_groups; i++)
        scores[ISA(vllm_argmax)(scores, a->groups)] = __builtin_nanf("");
    for (int g = 0; g < a->groups; g++) {
        if (scores[g] != scores[g]) continue;
        for (int i = 0; i < size; i++) choice[g * size + i] = __builtin_nanf("");
    }
}

/// The k best, in rising order of index.
static void choose(float *choice, int experts, int k, int32_t *ids) {
    for (int chosen = 0; chosen < k; chosen++) {
        int best = ISA(vllm_argmax)(choice, experts), at = chosen;
        choice[best] = __builtin_nanf("");
        for (; at > 0 && ids[at - 1] > best; at--) ids[at] = ids[at - 1];
        ids[at] = best;
    }
}

static void route_token(const vllm_route_args *a, const float *logits, int32_t *ids, float *weights) {
    float scores[VLLM_MAX_EXPERTS + 16], choice[VLLM_MAX_EXPERTS];
    if (a->score == VLLM_SCORE_SOFTMAX) softmax_scores(scores, logits, a->experts);
    else sigmoid_scores(scores, logits, a->experts);
    for (int e = 0; e < a->experts; e++) {
        float c = a->bias ? scores[e] + a->bias[e] : scores[e];
        choice[e] = c == c ? c : -__builtin_inff();
    }
    if (a->groups > 1) keep_best_groups(a, choice);
    choose(choice, a->experts, a->k, ids);
    // DeepSeek-V3's tiny summand keeps scores that are all zero from dividing by zero.
    float sum = 1e-20f;
    for (int i = 0; i < a->k; i++) {
        weights[i] = scores[ids[i]];
        sum += weights[i];
    }
    float factor = a->normalize ? a->scale / sum : a->scale;
    for (int i = 0; i < a->k; i++) weights[i] *= factor;
}

void ISA(vllm_route)(const vllm_route_args *a, int token_begin, int token_end);
void ISA(vllm_route)(const vllm_route_args *a, int token_begin, int token_end) {
    for (int token = token_begin; token < token_end; token++) {
        size_t at = (size_t)token * (size_t)a->k;
        route_token(a, a->logits + (size_t)token * a->ld_logits, a->ids + at, a->weights + at);
    }
}

#endif
