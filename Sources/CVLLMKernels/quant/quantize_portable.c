// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Rounding to whole numbers for any processor.

#include "../support/vector_portable.h"
#include "quantize_body.h"
