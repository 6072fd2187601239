// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#pragma once

/// PCRE2 declares nothing before the code unit width is chosen: strings are UTF-8.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
