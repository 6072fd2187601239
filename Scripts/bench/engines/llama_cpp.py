# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp, and ik_llama.cpp with its kernels for whole numbers, measured with their own tools."""

import json
import re

from engines.client import load_server
from engines.engine import Engine
from engines.runner import Failed


def table(text):
    """The rows of numbers of a Markdown table of llama-batched-bench, by streams."""
    rows = [row.split("|")[1:-1] for row in re.findall(r"^\|[ .\d|]+\|$", text, re.MULTILINE)]
    return {int(row[2]): [float(cell) for cell in row] for row in rows if len(row) == 10}


class LlamaCpp(Engine):
    name = "llama.cpp"
    weights = {"bf16": "BF16", "int8": "Q8_0", "int4": "Q4_0", "q4_k_m": "Q4_K_M"}
    tools = ("llama-bench", "llama-batched-bench", "llama-server")
    flags = ()
    """Of all tools but llama-bench, which wants values."""
    bench_flags = ("--flash-attn", "1")
    server_flags = ("--no-webui", "--cache-ram", "0")

    def check(self):
        for tool in self.tools:
            self.need(self.home / "bin" / tool)
        self.need(self.home / "VERSION")

    def version(self):
        return (self.home / "VERSION").read_text().strip()

    def prepare(self, weights):
        self.file(weights)

    def file(self, weights):
        return self.gguf("bf16") if weights == "bf16" else self.quantized(self.weights[weights])

    def tool(self, name, weights, *flags):
        command = [self.home / "bin" / name, "--model", self.file(weights), "--threads", self.threads, *flags]
        return self.runner.run(command, timeout=900, merge=name == "llama-batched-bench")

    def prefill(self, weights):
        output = self.tool("llama-bench", weights, "--n-prompt", self.load.prefill, "--n-gen", 0, "--repetitions",
                           self.load.repeats, *self.bench_flags, "--output", "json")
        samples = sorted(json.loads(output[output.index("[\n"):])[0]["samples_ts"])
        return {"prefill": samples[len(samples) // 2]}

    def decode(self, weights):
        streams = self.load.streams
        # The shared prompt is computed once; every stream then has a copy of it, and decodes from that alone.
        rows = self.batched(weights, self.load.prompt, self.load.steps, streams, "-pps")
        return {f"decode {count}": row[7] for count, row in rows.items()}

    def offline(self, weights):
        rows = self.batched(weights, self.load.input, self.load.output, [self.load.requests])
        return {"offline": rows[self.load.requests][9]}

    def batched(self, weights, prompt, output, streams, *flags):
        """The table of llama-batched-bench by streams: all prompts first, then all streams in step.

        Columns: prompt, output, streams, cache, then seconds and tokens/s of prompts, of output, of both.
        """
        # Its last lines are at times lost as it exits: a short one more comes behind those that are needed.
        counts = ",".join(map(str, [*streams, 1]))
        for _ in range(3):
            text = self.tool("llama-batched-bench", weights, "--ctx-size", max(streams) * (prompt + output), "-npp", prompt,
                             "-ntg", output, "-npl", counts, *self.flags, *flags)
            rows = table(text)
            if rows.keys() >= set(streams):
                return {count: rows[count] for count in streams}
        raise Failed(f"{self.name}'s llama-batched-bench printed no table of {counts} streams: {text[-500:]}")

    def serve(self, weights):
        slot = self.load.input + self.load.output + 16
        command = [self.home / "bin" / "llama-server", "--model", self.file(weights), "--threads", self.threads,
                   "--parallel", self.load.clients, "--ctx-size", self.load.clients * slot, "--alias", "bench",
                   "--host", "127.0.0.1", "--port", "{port}", *self.flags, *self.server_flags]
        with self.runner.server(command) as port:
            return load_server(self, port, "bench")


class IkLlamaCpp(LlamaCpp):
    """Its sequences share one cache: in `decode` the prompt that they share is also read once for all, which favours it."""

    name = "ik_llama.cpp"
    # Weights in the layout that its kernels are quickest with.
    flags = ("--run-time-repack",)
    bench_flags = ("--flash-attn", "1", "--run-time-repack", "1")
    server_flags = ("--cache-ram", "0")
