// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Sampling for any processor.

#include "../support/vector_portable.h"
#include "draw_body.h"
