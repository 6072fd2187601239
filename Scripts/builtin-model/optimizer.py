# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Muon for the matrices of the layers, Adam for the rest; float32 masters of a bfloat16 model."""

import torch


def orthogonalize(x):
    """Brings the singular values of a stack of matrices near 1 by a quintic Newton-Schulz iteration."""
    flip = x.shape[-2] > x.shape[-1]
    x = (x.mT if flip else x).bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x.mT if flip else x).float()


class Optimizer:
    """Steps every parameter of `model`; matrices of one shape are stacked."""

    def __init__(self, model, matrix_rate, vector_rate):
        self.rates = matrix_rate, vector_rate
        self.named = dict(model.named_parameters())
        self.master = {n: p.detach().float().clone() for n, p in self.named.items()}
        self.first = {n: torch.zeros_like(m) for n, m in self.master.items()}
        self.second = {n: torch.zeros_like(m) for n, m in self.master.items() if not self.is_matrix(n)}
        self.groups = {}
        for name, master in self.master.items():
            if self.is_matrix(name):
                self.groups.setdefault(tuple(master.shape), []).append(name)

    def is_matrix(self, name):
        return self.master[name].dim() == 2 and "embed" not in name

    @torch.no_grad()
    def step(self, step, scale, gradients):
        """Applies `gradients` (by name) with the learning rates times `scale` and clears the parameters' own."""
        momentum = min(0.85 + 0.1 * step / 300, 0.95)
        for shape, names in self.groups.items():
            updates = []
            for name in names:
                gradient = gradients[name]
                self.first[name].lerp_(gradient, 1 - momentum)
                updates.append(gradient.lerp(self.first[name], momentum))
            rate = self.rates[0] * scale * max(1, shape[0] / shape[1]) ** 0.5
            for name, update in zip(names, orthogonalize(torch.stack(updates))):
                self.master[name].mul_(1 - 0.05 * self.rates[0] * scale).sub_(update, alpha=rate)
        for name, second in self.second.items():
            gradient = gradients[name]
            self.first[name].lerp_(gradient, 0.1)
            second.lerp_(gradient.square(), 0.05)
            first = self.first[name] / (1 - 0.9 ** (step + 1))
            root = (second / (1 - 0.95 ** (step + 1))).sqrt() + 1e-8
            self.master[name].sub_(first / root, alpha=self.rates[1] * scale)
        for name, parameter in self.named.items():
            parameter.copy_(self.master[name])
            parameter.grad = None

    def state(self):
        return {"master": self.master, "first": self.first, "second": self.second}

    @torch.no_grad()
    def load(self, state):
        self.master, self.first, self.second = state["master"], state["first"], state["second"]
        for name, parameter in self.named.items():
            parameter.copy_(self.master[name])
