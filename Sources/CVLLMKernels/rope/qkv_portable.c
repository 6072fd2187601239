// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Query, key and value preparation for any processor.

#include "../support/vector_portable.h"
#include "latent_body.h"
