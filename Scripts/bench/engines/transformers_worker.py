# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Measures transformers on PyTorch with static batches; started by workers.py, with a job in JSON."""

import json
import statistics
import sys
import time

import torch
import transformers


class Bench:
    def __init__(self, job):
        torch.set_num_threads(job["threads"])
        torch.manual_seed(1)
        self.load = job["load"]
        self.vocabulary = job["vocabulary"]
        self.model = transformers.AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.bfloat16).eval()

    def prompts(self, count, length):
        return torch.randint(100, self.vocabulary, (count, length))

    def step(self, tokens, cache=None):
        """The next token of every sequence, and the cache."""
        output = self.model(tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
        return output.logits[:, -1].argmax(-1, keepdim=True), output.past_key_values

    def generate(self, tokens, cache, steps):
        for _ in range(steps):
            tokens, cache = self.step(tokens, cache)
        return tokens, cache

    def prefill(self):
        seconds = []
        for _ in range(self.load["repeats"] + 1):
            tokens = self.prompts(1, self.load["prefill"])
            start = time.perf_counter()
            self.step(tokens)
            seconds.append(time.perf_counter() - start)
        return {"prefill": self.load["prefill"] / statistics.median(seconds[1:])}

    def decode(self):
        figures = {}
        for count in self.load["streams"]:
            tokens, cache = self.generate(*self.step(self.prompts(count, self.load["prompt"])), 1)
            start = time.perf_counter()
            self.generate(tokens, cache, self.load["steps"])
            figures[f"decode {count}"] = count * self.load["steps"] / (time.perf_counter() - start)
        return figures

    def offline(self):
        self.generate(*self.step(self.prompts(2, self.load["input"])), 2)
        tokens = self.prompts(self.load["requests"], self.load["input"])
        start = time.perf_counter()
        self.generate(*self.step(tokens), self.load["output"] - 1)
        seconds = time.perf_counter() - start
        return {"offline": self.load["requests"] * (self.load["input"] + self.load["output"]) / seconds}


def main():
    job = json.loads(sys.argv[1])
    with torch.inference_mode():
        print(json.dumps(getattr(Bench(job), job["measure"])()))


if __name__ == "__main__":
    main()
