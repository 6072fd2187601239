// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Norms and conversions for any processor.

#include "../support/vector_portable.h"
#include "norm_body.h"
