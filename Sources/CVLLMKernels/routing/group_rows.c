// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Lists the rows of all experts one behind the other: a counting sort, which keeps tokens in order.

#include "../include/vllm_kernels.h"

void vllm_group_rows(const vllm_route_args *a, int tokens) {
    int count = tokens * a->k;
    int32_t *ends = a->starts + 1;
    for (int e = 0; e <= a->experts; e++) a->starts[e] = 0;
    for (int i = 0; i < count; i++) ends[a->ids[i]]++;
    // Where each expert's rows end, then, placed from the last, where they begin.
    for (int e = 1; e <= a->experts; e++) a->starts[e] += a->starts[e - 1];
    for (int i = count - 1; i >= 0; i--) {
        int32_t row = --ends[a->ids[i]];
        a->rows[row] = i / a->k;
        a->row_weights[row] = a->weights[i];
    }
    // Every end has come down to its expert's start, one place too far on.
    for (int e = 0; e < a->experts; e++) a->starts[e] = ends[e];
    a->starts[a->experts] = count;
}
