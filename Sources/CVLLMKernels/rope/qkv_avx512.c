// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Query, key and value preparation for AVX-512.

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                                 apply_to = function)

#include "../support/vector_avx512.h"
#include "latent_body.h"

#pragma clang attribute pop
#endif
