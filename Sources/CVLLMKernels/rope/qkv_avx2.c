// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Query, key and value preparation for AVX2, FMA and F16C.

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "../support/vector_avx2.h"
#include "latent_body.h"

#pragma clang attribute pop
#endif
