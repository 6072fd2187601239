// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// Bounded reading of the small text files in which the system describes itself.

#ifndef VLLM_TEXT_H
#define VLLM_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Reads up to size - 1 bytes and ends them with a zero; returns their number, or −1.
ssize_t vllm_read_text(const char *path, char *text, size_t size);
/// The number after `key` at the beginning of a line, or `missing`.
uint64_t vllm_find_number(const char *text, const char *key, uint64_t missing);

#endif
