// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The headers of packed blocks.

#ifndef VLLM_PACK_BLOCKS_H
#define VLLM_PACK_BLOCKS_H

#include "../include/vllm_kernels.h"

/// The scale and the minimum of group g of a block of row i of a panel of Q4_K, or the scale of one of Q6_K.
void vllm_header_factors(const uint8_t *header, vllm_dtype packed, int i, int g, float *scale,
                         float *minimum);

#endif
