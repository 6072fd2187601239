// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Loops that do nothing but what limits a kernel, to measure this machine's peaks. The caller keeps time.

#ifndef VLLM_PEAK_H
#define VLLM_PEAK_H

#include "vllm_kernels.h"

/// Multiplies and adds in registers, `rounds` times over, with the instructions that the linear kernels of
/// this instruction set use for weights of this type. Returns the floating-point operations done; 0 where the
/// machine lacks the instruction set. `sink` is written, so that nothing is optimized away.
double vllm_peak_multiply(vllm_isa isa, vllm_dtype dtype, size_t rounds, float *sink);

/// Reads a range once, in order; returns the exclusive or of its words.
uint64_t vllm_peak_read(const void *address, size_t size);

#endif
