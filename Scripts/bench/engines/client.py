# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Loads any server with the same client, `vllm bench serve`, which takes little of the processor."""

import json
import pathlib
import tempfile

from engines.runner import Failed


def load_server(engine, port, model):
    """Figures of `serve` for the server at a port of the loopback."""
    load = engine.load
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "serve.json"
        base = [engine.program, "bench", "serve", "--base-url", f"http://127.0.0.1:{port}", "--model", model,
                "--random-input-len", load.input, "--random-vocab-size", engine.vocabulary]
        # What a first request pays once: memory that was not touched yet, threads that were not started.
        engine.runner.run([*base, "--num-prompts", 2, "--random-output-len", 2, "--seed", 1], timeout=120)
        engine.runner.run([*base, "--num-prompts", load.served, "--max-concurrency", load.clients, "--random-output-len",
                           load.output, "--output-json", file], timeout=600)
        result = json.loads(file.read_text())
    if result["completed"] != load.served:
        raise Failed(f"{engine.name}'s server answered {result['completed']} of {load.served} requests.")
    if result["total_output_tokens"] != load.served * load.output:
        raise Failed(f"{engine.name}'s server sent {result['total_output_tokens']} tokens, not {load.served * load.output}.")
    return {"serve": result["output_throughput"], "serve ttft": result["median_ttft_ms"],
            "serve tpot": result["median_tpot_ms"]}
