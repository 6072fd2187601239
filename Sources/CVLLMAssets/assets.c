// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#include "vllm_assets.h"

static const unsigned char config[] = {
#embed "model/config.json"
};

static const unsigned char generation_config[] = {
#embed "model/generation_config.json"
};

static const unsigned char tokenizer[] = {
#embed "model/tokenizer.json"
};

static const unsigned char tokenizer_config[] = {
#embed "model/tokenizer_config.json"
};

// One cache line, and the header of the file is padded to it, so that the tensors may be used in place.
static const alignas(64) unsigned char weights[] = {
#embed "model/model.safetensors"
};

static const vllm_asset model_files[] = {
    {"config.json", config, sizeof config},
    {"generation_config.json", generation_config, sizeof generation_config},
    {"tokenizer.json", tokenizer, sizeof tokenizer},
    {"tokenizer_config.json", tokenizer_config, sizeof tokenizer_config},
    {"model.safetensors", weights, sizeof weights},
};

const char *vllm_builtin_model_name(void) { return "swift-vllm/tiny-chat"; }

const vllm_asset *vllm_builtin_model_files(size_t *count) {
    *count = sizeof model_files / sizeof model_files[0];
    return model_files;
}
