// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#ifndef VLLM_ASSETS_H
#define VLLM_ASSETS_H

#include <stddef.h>

/// A file that is part of the binary. `bytes` stays valid for the life of the process and is followed by no
/// zero.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
} vllm_asset;

/// Gives the name under which the built-in model is served when no other is given.
const char *vllm_builtin_model_name(void);

/// Gives the files of the built-in checkpoint, a standard Hugging Face folder: `config.json`,
/// `generation_config.json`, `tokenizer.json`, `tokenizer_config.json` and `model.safetensors`.
/// Every tensor starts at a multiple of 64 bytes. `count` receives the number of files and must not be null.
const vllm_asset *vllm_builtin_model_files(size_t *count);

#endif
