# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Writes a Qwen2 checkpoint as a GGUF file, for engines of the llama.cpp family and OpenVINO GenAI.

Usage: gguf_checkpoint.py --type bf16|f16 <checkpoint folder> <file.gguf>

Runs in an environment with the packages gguf and numpy (install-peers.sh makes one, FOLDER/tools). Weights are copied as they
are, or rounded to float16; norms and biases become float32. The vocabulary and merges are those of tokenizer.json. Only what
the benchmarks' checkpoint has is read: one safetensors file in bfloat16, byte-level BPE, tied embeddings.
"""

import argparse
import json
import pathlib
import struct

import gguf
import numpy

NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_name(name):
    if name in NAMES:
        return NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    module, _, kind = rest.rpartition(".")
    return f"blk.{layer}.{NAMES[module]}.{kind}"


def tensors(path):
    """Names and bfloat16 bits, as uint16, of a safetensors file."""
    bits = numpy.memmap(path, dtype=numpy.uint8, mode="r")
    (length,) = struct.unpack("<Q", bits[:8].tobytes())
    header = json.loads(bits[8 : 8 + length].tobytes())
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "BF16":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}; only BF16 is converted.")
        first, last = entry["data_offsets"]
        yield name, bits[8 + length + first : 8 + length + last].view(numpy.uint16).reshape(entry["shape"])


def float32(bits):
    return (bits.astype(numpy.uint32) << 16).view(numpy.float32)


def add_parameters(writer, config):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])


def add_vocabulary(writer, folder, config):
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    names = {index: token for token, index in tokenizer["model"]["vocab"].items()}
    kinds = dict.fromkeys(names, gguf.TokenType.NORMAL)
    for token in tokenizer["added_tokens"]:
        names[token["id"]] = token["content"]
        kinds[token["id"]] = gguf.TokenType.CONTROL
    size = config["vocab_size"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([names.get(index, f"[PAD{index}]") for index in range(size)])
    writer.add_token_types([kinds.get(index, gguf.TokenType.UNUSED) for index in range(size)])
    merges = tokenizer["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)
    template = json.loads((folder / "tokenizer_config.json").read_text()).get("chat_template")
    if template:
        writer.add_chat_template(template)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--type", choices=["bf16", "f16"], required=True)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()
    config = json.loads((options.folder / "config.json").read_text())
    if config["model_type"] != "qwen2" or not config["tie_word_embeddings"]:
        raise SystemExit("Only Qwen2 with tied embeddings is converted; see Scripts/fixtures/bench_checkpoint.py.")
    writer = gguf.GGUFWriter(options.file, "qwen2")
    file_type = {"bf16": gguf.LlamaFileType.MOSTLY_BF16, "f16": gguf.LlamaFileType.MOSTLY_F16}[options.type]
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    add_parameters(writer, config)
    add_vocabulary(writer, options.folder, config)
    for name, bits in tensors(options.folder / "model.safetensors"):
        if bits.ndim == 1:
            writer.add_tensor(gguf_name(name), float32(bits))
        elif options.type == "f16":
            writer.add_tensor(gguf_name(name), float32(bits).astype(numpy.float16))
        else:
            data = numpy.ascontiguousarray(bits).view(numpy.uint8)
            writer.add_tensor(gguf_name(name), data, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
