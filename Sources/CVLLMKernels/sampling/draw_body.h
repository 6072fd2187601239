// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The draw of a token: weights e^((x − max) / temperature), truncation, and the inverse of the cumulative
// sum.
//
// Truncation needs the k-th largest weight, or the smallest whose larger ones reach a mass. It is found
// without a sort: a histogram over the leading bits of the weight (a positive float orders as its bits), the
// bucket where the condition is met, and again over the next bits of that bucket, three times, down to one
// value; among equals the lower index goes first. Work: one exponential an element, and one histogram entry
// for each that may be kept; of many elements most of those that will not are told by a sample.

#ifndef VLLM_DRAW_BODY_H
#define VLLM_DRAW_BODY_H

#include "sampling_body.h"

/// Weights below are zero: together they are under 2^−40 of any vocabulary.
#define LEAST_WEIGHT 0x1p-63f
/// Up to this many candidates of top-k are taken from a heap, and only they are weighted.
#define MOST_HEAP 1024

/// What is kept: weights above `threshold` and the first `ties` that equal it.
typedef struct {
    float threshold;
    int ties;
} weight_cut;

typedef struct {
    int shift, buckets;
} radix_level;

#define BUCKETS 1024
#define WAYS 4
static const radix_level RADIX[3] = {{20, 512}, {10, 1024}, {0, 1024}};

typedef struct {
    double masses[BUCKETS][WAYS];
    uint32_t counts[BUCKETS][WAYS];
} histogram;

static const uint32_t LANE_NUMBERS[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// Counts and masses of one level, of the weights whose bits above the level are `prefix`, in way 0. Elements
/// go round the ways, so that neighbours in one bucket do not wait for each other.
static void count_buckets(const float *w, int n, int level, uint32_t prefix, histogram *h) {
    int shift = RADIX[level].shift, buckets = RADIX[level].buckets;
    uint32_t mask = (uint32_t)buckets - 1;
    memset(h->masses, 0, sizeof h->masses[0] * (size_t)buckets);
    memset(h->counts, 0, sizeof h->counts[0] * (size_t)buckets);
    // The weights with the prefix are those between two values.
    float low = LEAST_WEIGHT, high = 1.0f;
    if (level > 0) {
        int above = RADIX[level - 1].shift;
        uint32_t low_bits = prefix << above, high_bits = low_bits | ((1u << above) - 1);
        memcpy(&low, &low_bits, 4);
        memcpy(&high, &high_bits, 4);
    }
    for (int at = 0; at < n; at += 16) {
        vf x = load_padded(w, at, n, 0);
        uint32_t found = vm_bits(vm_and(vf_le(vf_set1(low), x), vf_le(x, vf_set1(high))));
        for (; found; found &= found - 1) {
            int lane = __builtin_ctz(found), way = lane % WAYS;
            float weight = w[at + lane];
            uint32_t bits;
            memcpy(&bits, &weight, 4);
            uint32_t bucket = (bits >> shift) & mask;
            h->counts[bucket][way]++;
            h->masses[bucket][way] += (double)weight;
        }
    }
    for (int bucket = 0; bucket < buckets; bucket++)
        for (int i = 1; i < WAYS; i++) {
            h->counts[bucket][0] += h->counts[bucket][i];
            h->masses[bucket][0] += h->masses[bucket][i];
        }
}

/// The bucket, from the top, where `count` elements or (if it is 0) the mass are reached; takes from both
/// what the buckets above it hold. Where there is less than that, the lowest bucket that is not empty, and
/// all of it.
static int find_bucket(const histogram *h, int buckets, int *count, double *mass) {
    int last = -1;
    for (int bucket = buckets - 1; bucket >= 0; bucket--) {
        if (h->counts[bucket][0] == 0) continue;
        if (*count > 0 ? (uint32_t)*count <= h->counts[bucket][0] : *mass <= h->masses[bucket][0])
            return bucket;
        if (*count > 0) *count -= (int)h->counts[bucket][0];
        else *mass -= h->masses[bucket][0];
        last = bucket;
    }
    if (last < 0) return -1;
    *mass = h->masses[last][0];
    if (*count > 0) *count = (int)h->counts[last][0];
    return last;
}

/// The shortest prefix, in falling order, of `count` elements or (if `count` is 0) of mass at least `mass`.
static weight_cut find_cut(const float *w, int n, int count, double mass) {
    histogram h;
    uint32_t prefix = 64u << 3; // level 0 counts from 2^−63 up
    int bucket = 0;
    for (int level = 0; level < 3; level++) {
        count_buckets(w, n, level, prefix, &h);
        bucket = find_bucket(&h, RADIX[level].buckets, &count, &mass);
        if (bucket < 0) return (weight_cut){0, n};
        if (level > 0) prefix <<= RADIX[level - 1].shift - RADIX[level].shift;
        prefix += (uint32_t)bucket;
    }
    float value;
    memcpy(&value, &prefix, 4);
    int equal = (int)h.counts[bucket][0], ties = count;
    if (count == 0) {
        double needed = mass / (double)value;
        ties = needed >= equal ? equal : (int)needed;
        if (ties < needed && ties < equal) ties++;
    }
    return (weight_cut){value, ties < 1 ? 1 : ties};
}

/// Moves what a cut keeps to the front, in rising order of index; `indices` may not have been filled yet.
static int apply_cut(float *w, int32_t *indices, int n, weight_cut cut, int filled) {
    int kept = 0, ties = cut.ties;
    vf threshold = vf_set1(cut.threshold);
    for (int at = 0; at < n; at += 16) {
        vf x = load_padded(w, at, n, -1);
        uint32_t above = vm_bits(vf_lt(threshold, x));
        if (ties > 0) {
            uint32_t equal = vm_bits(vf_le(threshold, x)) & ~above;
            for (; equal && ties > 0; equal &= equal - 1, ties--) above |= equal & -equal;
        }
        // Whether there are any is not asked: where every other vector has none, guessing costs more than
        // storing.
        int lanes = n - at < 16 ? n - at : 16;
        vu index =
            filled ? vu_load_n(indices + at, lanes) : vu_add(vu_load(LANE_NUMBERS), vu_set1((uint32_t)at));
        // What is written lies before what has not been read yet.
        vu_pack(w + kept, vu_from_float(x), above, lanes);
        vu_pack(indices + kept, index, above, lanes);
        kept += __builtin_popcount(above);
    }
    return kept;
}

INLINE double block_sum(const float *w, int begin, int end) {
    vf sum = vf_zero();
    for (int at = begin; at < end; at += 16) sum = vf_add(sum, load_padded(w, at, end, 0));
    return (double)vf_sum(sum);
}

static double total_weight(const float *w, int n) {
    double total = 0;
    for (int begin = 0; begin < n; begin += SUM_BLOCK)
        total += block_sum(w, begin, n - begin < SUM_BLOCK ? n : begin + SUM_BLOCK);
    return total;
}

/// The first element whose cumulative weight exceeds `uniform` of the total; the last with weight otherwise.
static int inverse_cumulative(const float *w, int n, double uniform) {
    double target = uniform * total_weight(w, n), sum = 0;
    int last = 0;
    for (int begin = 0; begin < n; begin += SUM_BLOCK) {
        int end = n - begin < SUM_BLOCK ? n : begin + SUM_BLOCK;
        double block = block_sum(w, begin, end);
        if (sum + block > target || end == n) {
            for (int i = begin; i < end; i++) {
                if (!(w[i] > 0)) continue;
                last = i;
                sum += (double)w[i];
                if (sum > target) return i;
            }
            return last;
        }
        if (block > 0) last = end - 1;
        sum += block;
    }
    return last;
}

/// Elements of a sample.
#define SAMPLED 2048

/// A limit that about nine tenths of a mass lie below, by a sample of the elements; 0 where they are few.
/// Many small weights are what a sample knows best: of the mass above it knows little.
static float sampled_limit(const float *w, int n, double mass) {
    if (n < 8 * SAMPLED) return 0;
    float sample[SAMPLED], limit;
    int groups = SAMPLED / 16, step = n / groups;
    for (int i = 0; i < groups; i++) memcpy(sample + 16 * i, w + i * step, 16 * sizeof *w);
    float most = (float)(0.9 * mass * SAMPLED / n);
    uint32_t low = 0x20000000, high = 0x3f800000; // 2^−63 and 1
    while (high - low > 1u << 16) {
        uint32_t middle = low + (high - low) / 2;
        memcpy(&limit, &middle, 4);
        vf sum[2] = {vf_zero(), vf_zero()};
        for (int at = 0; at < SAMPLED; at += 32)
            for (int i = 0; i < 2; i++) {
                vf x = vf_load(sample + at + 16 * i);
                sum[i] = vf_add(sum[i], vf_select(vf_le(x, vf_set1(limit)), x, vf_zero()));
            }
        if (vf_sum(vf_add(sum[0], sum[1])) <= most) low = middle;
        else high = middle;
    }
    memcpy(&limit, &low, 4);
    return limit;
}

/// The k largest in rising order of index.
static void gather_top(const float *x, int n, int k, float *values, int32_t *indices) {
    ISA(vllm_top_k)(x, n, k, indices, values);
    // A heap sort by index.
    for (int begin = k / 2 - 1, end = k; end > 1;) {
        int at = begin;
        if (begin >= 0) {
            begin--;
        } else {
            int32_t first = indices[0];
            indices[0] = indices[--end];
            indices[end] = first;
            at = 0;
        }
        for (int child = 2 * at + 1; child < end; child = 2 * at + 1) {
            if (child + 1 < end && indices[child + 1] > indices[child]) child++;
            if (indices[at] >= indices[child]) break;
            int32_t index = indices[at];
            indices[at] = indices[child];
            indices[child] = index;
            at = child;
        }
    }
    for (int i = 0; i < k; i++) values[i] = x[indices[i]];
}

/// Weights relative to the largest, those that min-p drops being 0, and what they are together as
/// total_weight adds them; `w` may be `x`.
static double make_weights(float *w, const float *x, int n, float most, const vllm_sampling_args *a) {
    float scale = LOG2_E / a->temperature;
    if (!(scale < 3e38f)) scale = 3e38f;
    vf least = vf_set1(a->min_p > LEAST_WEIGHT ? (a->min_p < 1 ? a->min_p : 1) : LEAST_WEIGHT);
    double total = 0;
    for (int begin = 0; begin < n; begin += SUM_BLOCK) {
        int end = n - begin < SUM_BLOCK ? n : begin + SUM_BLOCK;
        vf sum = vf_zero();
        for (int at = begin; at < end; at += 16) {
            vf e = vf_exp2(
                vf_mul(vf_sub(load_padded(x, at, end, -__builtin_inff()), vf_set1(most)), vf_set1(scale)));
            e = vf_select(vf_le(least, e), e, vf_zero());
            sum = vf_add(sum, e);
            if (at + 16 <= end) vf_store(w + at, e);
            else vf_store_n(w + at, e, end - at);
        }
        total += (double)vf_sum(sum);
    }
    return total;
}

int ISA(vllm_sample)(const float *x, int n, const vllm_sampling_args *a, float *scratch,
                     int32_t *scratch_indices);
int ISA(vllm_sample)(const float *x, int n, const vllm_sampling_args *a, float *scratch,
                     int32_t *scratch_indices) {
    float most = largest(x, n);
    if (!(most > -__builtin_inff() && most < __builtin_inff()) || !(a->temperature > 0))
        return ISA(vllm_argmax)(x, n);
    int kept = n, listed = 0;
    double total;
    if (a->top_k > 0 && a->top_k < n && a->top_k <= MOST_HEAP) {
        kept = a->top_k;
        listed = 1;
        gather_top(x, n, kept, scratch, scratch_indices);
        total = make_weights(scratch, scratch, kept, most, a);
    } else {
        total = make_weights(scratch, x, n, most, a);
        if (a->top_k > 0 && a->top_k < n) {
            kept = apply_cut(scratch, scratch_indices, n, find_cut(scratch, n, a->top_k, 0), 0);
            listed = 1;
            total = total_weight(scratch, kept);
        }
    }
    if (a->top_p < 1) {
        double mass = (double)a->top_p * total;
        double rest = total - mass;
        float low = listed ? 0 : sampled_limit(scratch, kept, rest);
        if (low > 0) {
            kept = apply_cut(scratch, scratch_indices, kept, (weight_cut){low, 0}, 0);
            listed = 1;
            if (total_weight(scratch, kept) < mass) {
                // The sample told too much.
                make_weights(scratch, x, n, most, a);
                kept = n;
                listed = 0;
                low = 0;
            }
        }
        if (low == 0) {
            // All weights below their fair share of the rest together are less than the rest: none of them
            // stays.
            double share = 0.999 * rest / kept;
            if (share > 0) {
                kept = apply_cut(scratch, scratch_indices, kept, (weight_cut){(float)share, kept}, listed);
                listed = 1;
            }
        }
        kept = apply_cut(scratch, scratch_indices, kept, find_cut(scratch, kept, 0, mass), listed);
        listed = 1;
    }
    int at = inverse_cumulative(scratch, kept, a->uniform);
    return listed ? scratch_indices[at] : at;
}

#endif
