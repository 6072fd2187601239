// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Routing to experts for any processor.

#include "../support/vector_portable.h"
#include "route_body.h"
