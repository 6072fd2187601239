// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Blocks as ggml stores them, opened: codes, and what they are multiplied with.

#ifndef VLLM_BLOCK_VALUES_H
#define VLLM_BLOCK_VALUES_H

#include "../include/vllm_kernels.h"

/// The numbers of one block: scales[i / 16] · (codes[i] − zero) − minimums[i / 16].
typedef struct {
    int8_t codes[256];
    float scales[16], minimums[16];
    int zero;
} vllm_block_values;

/// Opens a block; it need not be aligned.
void vllm_open_block(vllm_block_values *out, const uint8_t *block, vllm_block type);

/// The scale and the minimum of group g of eight, six bits each, from the twelve bytes that hold them all.
void vllm_six_bits(const uint8_t twelve[12], int g, int out[2]);

#endif
