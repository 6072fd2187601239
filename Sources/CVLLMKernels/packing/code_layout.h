// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Where the codes of packed weights of whole numbers stand in a panel: what packing and tiles agree on.

#ifndef VLLM_CODE_LAYOUT_H
#define VLLM_CODE_LAYOUT_H

#include "../include/vllm_kernels.h"

/// A panel is blocks; a block is a header and runs; a run is a line of 64 bytes for the upper bits of its
/// codes, where they have some, and lines for the low bits. Of the upper bits of a lane, a word, those that
/// byte i of a line has for its quad j of inputs stand at bit 8 i + 4 + j · bits, modulo 32: rotated on with
/// each line, they lie where they belong in a code.
typedef struct {
    int block;  // inputs
    int header; // bytes
    int run;    // inputs
    int line;   // inputs of a line of low bits: 4 of eight bits, 8 of four
    int high;   // upper bits of a code
    int group;  // inputs that share a scale; 0: as the weight says
    int zero;   // what codes are above their values
} vllm_code_layout;

static inline __attribute__((always_inline)) vllm_code_layout vllm_code_layout_of(vllm_dtype packed) {
    switch (packed) {
    case VLLM_DTYPE_I8: return (vllm_code_layout){4, 0, 4, 4, 0, 0, 128};
    case VLLM_DTYPE_Q8_0: return (vllm_code_layout){32, 0, 32, 4, 0, 32, 128};
    case VLLM_DTYPE_Q5_0: return (vllm_code_layout){32, 0, 32, 8, 1, 32, 16};
    case VLLM_DTYPE_Q4_K: return (vllm_code_layout){256, 256, 32, 8, 0, 32, 0};
    case VLLM_DTYPE_Q6_K: return (vllm_code_layout){256, 320, 16, 8, 2, 16, 32};
    default: return (vllm_code_layout){8, 0, 8, 8, 0, 0, 8};
    }
}

static inline __attribute__((always_inline)) int vllm_run_bytes(vllm_code_layout l) {
    return l.run / l.line * 64 + (l.high ? 64 : 0);
}

static inline __attribute__((always_inline)) int vllm_block_bytes(vllm_code_layout l) {
    return l.header + l.block / l.run * vllm_run_bytes(l);
}

/// Bytes of a panel's blocks. I8 fills a last one that is not whole.
static inline __attribute__((always_inline)) size_t vllm_code_bytes(vllm_code_layout l, int k) {
    return (size_t)((k + l.block - 1) / l.block) * (size_t)vllm_block_bytes(l);
}

/// Where the run of input j begins.
static inline size_t vllm_run_at(vllm_code_layout l, int j) {
    return (size_t)(j / l.block) * (size_t)vllm_block_bytes(l) + (size_t)l.header
           + (size_t)(j % l.block / l.run) * (size_t)vllm_run_bytes(l);
}

#endif
