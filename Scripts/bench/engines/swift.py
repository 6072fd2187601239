# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""This project's own program, measured with its own `bench` commands."""

import json
import pathlib
import tempfile

from engines.client import load_server
from engines.engine import Engine, Missing


class Swift(Engine):
    name = "swift-vllm"
    weights = {"bf16": "bfloat16", "int8": "int8", "int4": "int4, groups of 32", "q4_k_m": "Q4_K_M"}

    def check(self):
        if not pathlib.Path(self.program).exists():
            raise Missing(f"{self.program} is missing; make build makes it, and --program says where else it is.")

    def version(self):
        return self.runner.run([self.program, "--version"], timeout=60).strip()

    def prepare(self, weights):
        if weights == "q4_k_m":
            self.quantized(self.weights[weights])

    def flags(self, weights):
        if weights == "q4_k_m":
            model = [self.quantized(self.weights[weights])]
        else:
            model = [self.model, *([] if weights == "bf16" else ["--quantization", weights])]
        return [*model, "--threads", self.threads, "--kv-cache-memory-bytes", "1GiB", "--max-model-len", 1024]

    def bench(self, kind, weights, *flags):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "figures.json"
            command = [self.program, "bench", kind, *self.flags(weights), *flags, "--log-level", "error", "--output-json"]
            self.runner.run([*command, file], timeout=600)
            return json.loads(file.read_text())

    def prefill(self, weights):
        figures = self.bench("latency", weights, "--input-len", self.load.prefill, "--output-len", 2,
                             "--num-iters", self.load.repeats)
        return {"prefill": figures["prefill_tokens_per_second"]["median"]}

    def decode(self, weights):
        figures = {}
        for streams in self.load.streams:
            # All prompts in one step, so that all streams begin to decode together.
            tokens = max(512, streams * self.load.prompt)
            result = self.bench("latency", weights, "--input-len", self.load.prompt, "--output-len", self.load.steps + 1,
                                "--batch-size", streams, "--num-iters", 1, "--max-num-batched-tokens", tokens)
            figures[f"decode {streams}"] = result["decode_tokens_per_second"]["median"]
        return figures

    def offline(self, weights):
        figures = self.bench("throughput", weights, "--num-prompts", self.load.requests, "--input-len", self.load.input,
                             "--output-len", self.load.output, "--num-iters", 1)
        return {"offline": figures["total_tokens_per_second"]["median"]}

    def serve(self, weights):
        command = [self.program, "serve", *self.flags(weights), "--host", "127.0.0.1", "--port", "{port}",
                   "--served-model-name", "bench", "--log-level", "error"]
        with self.runner.server(command) as port:
            return load_server(self, port, "bench")
