# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""A Qwen3-shaped decoder in plain PyTorch, with the parameter names of a Hugging Face checkpoint."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Shape:
    vocabulary: int
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    head: int = 64
    intermediate: int = 768
    context: int = 2048
    theta: float = 10000.0
    epsilon: float = 1e-6

    def config(self):
        """The value of config.json."""
        return {
            "architectures": ["Qwen3ForCausalLM"],
            "model_type": "qwen3",
            "vocab_size": self.vocabulary,
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head,
            "intermediate_size": self.intermediate,
            "hidden_act": "silu",
            "max_position_embeddings": self.context,
            "rope_theta": self.theta,
            "rope_scaling": None,
            "rms_norm_eps": self.epsilon,
            "attention_bias": False,
            "attention_dropout": 0.0,
            "tie_word_embeddings": True,
            "use_sliding_window": False,
            "sliding_window": None,
            "initializer_range": 0.02,
            "use_cache": True,
            "bos_token_id": None,
            "eos_token_id": 2,
            "pad_token_id": 0,
            "torch_dtype": "bfloat16",
        }


class Norm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


def rotate(x, cosine, sine):
    low, high = x.chunk(2, dim=-1)
    return torch.cat((low * cosine - high * sine, high * cosine + low * sine), dim=-1)


def attend(q, k, v):
    """Causal attention of short rows, written out: on a CPU the backward pass of the fused one is slow."""
    rows, heads, length, size = q.shape
    groups = k.shape[1]
    q = q.reshape(rows * groups, heads // groups * length, size) * size**-0.5
    scores = (q @ k.reshape(rows * groups, length, size).mT).view(-1, heads // groups, length, length)
    hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
    shares = scores.masked_fill(hidden, float("-inf")).softmax(dim=-1)
    out = shares.view(rows * groups, -1, length) @ v.reshape(rows * groups, length, size)
    return out.view(rows, heads, length, size)


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.q_proj = nn.Linear(s.hidden, s.heads * s.head, bias=False)
        self.k_proj = nn.Linear(s.hidden, s.kv_heads * s.head, bias=False)
        self.v_proj = nn.Linear(s.hidden, s.kv_heads * s.head, bias=False)
        self.o_proj = nn.Linear(s.heads * s.head, s.hidden, bias=False)
        self.q_norm, self.k_norm = Norm(s.head, s.epsilon), Norm(s.head, s.epsilon)

    def forward(self, x, cosine, sine):
        rows, length, _ = x.shape
        q = self.q_norm(self.q_proj(x).view(rows, length, -1, self.s.head)).transpose(1, 2)
        k = self.k_norm(self.k_proj(x).view(rows, length, -1, self.s.head)).transpose(1, 2)
        v = self.v_proj(x).view(rows, length, -1, self.s.head).transpose(1, 2)
        q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        out = attend(q, k, v)
        return self.o_proj(out.transpose(1, 2).reshape(rows, length, -1))


class MLP(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.gate_proj = nn.Linear(s.hidden, s.intermediate, bias=False)
        self.up_proj = nn.Linear(s.hidden, s.intermediate, bias=False)
        self.down_proj = nn.Linear(s.intermediate, s.hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.self_attn, self.mlp = Attention(s), MLP(s)
        self.input_layernorm, self.post_attention_layernorm = (
            Norm(s.hidden, s.epsilon),
            Norm(s.hidden, s.epsilon),
        )

    def forward(self, x, cosine, sine):
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.embed_tokens = nn.Embedding(s.vocabulary, s.hidden)
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.norm = Norm(s.hidden, s.epsilon)

    def forward(self, ids, positions):
        """Hidden states of `ids` (rows × length); `positions` is one row of positions for all, or one a row."""
        steps = torch.arange(0, self.s.head, 2, dtype=torch.float32) / self.s.head
        angles = positions[..., None].float() * self.s.theta**-steps
        if angles.dim() == 3:
            angles = angles[:, None]
        x = self.embed_tokens(ids)
        cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        for layer in self.layers:
            x = layer(x, cosine, sine)
        return self.norm(x)


class Model(nn.Module):
    """The decoder with the output head tied to its embedding."""

    def __init__(self, s):
        super().__init__()
        self.model = Decoder(s)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        nn.init.normal_(self.model.embed_tokens.weight, std=0.02)
        for layer in self.model.layers:
            nn.init.zeros_(layer.self_attn.o_proj.weight)
            nn.init.zeros_(layer.mlp.down_proj.weight)

    def logits(self, hidden):
        return F.linear(hidden, self.model.embed_tokens.weight)
