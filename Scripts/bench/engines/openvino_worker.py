# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Measures OpenVINO GenAI's continuous batching; started by workers.py, with a job in JSON."""

import json
import statistics
import sys
import time

import numpy
import openvino
import openvino_genai


class Bench:
    def __init__(self, job):
        self.load = job["load"]
        self.vocabulary = job["vocabulary"]
        self.random = numpy.random.default_rng(1)
        self.count = 0
        config = openvino_genai.SchedulerConfig()
        config.cache_size = 1
        config.max_num_batched_tokens = 512
        config.max_num_seqs = 128
        config.enable_prefix_caching = False
        properties = {"INFERENCE_NUM_THREADS": job["threads"], "INFERENCE_PRECISION_HINT": "bf16"}
        if job["measure"] == "convert":
            openvino_genai.ContinuousBatchingPipeline(job["gguf"], config, "CPU", {**properties, "enable_save_ov_model": True})
            return
        tokenizer = openvino_genai.Tokenizer(job["gguf"])
        self.pipeline = openvino_genai.ContinuousBatchingPipeline(job["model"], tokenizer, config, "CPU", **properties)

    def add(self, length, output):
        """A request of random tokens."""
        tokens = self.random.integers(100, self.vocabulary, (1, length), dtype=numpy.int64)
        config = openvino_genai.GenerationConfig(max_new_tokens=output, ignore_eos=True, do_sample=False)
        self.count += 1
        return self.pipeline.add_request(self.count, openvino.Tensor(tokens), config)

    @staticmethod
    def read(handles):
        """How many tokens have been made since the last call; read_all would wait for the end."""
        made = 0
        for handle in handles:
            while handle.can_read():
                made += sum(len(output.generated_ids) for output in handle.read().values())
        return made

    def finish(self):
        while self.pipeline.has_non_finished_requests():
            self.pipeline.step()

    def convert(self):
        return {}

    def prefill(self):
        seconds = []
        for _ in range(self.load["repeats"] + 1):
            handle = self.add(self.load["prefill"], 2)
            start = time.perf_counter()
            while not handle.can_read():
                self.pipeline.step()
            seconds.append(time.perf_counter() - start)
            self.finish()
        return {"prefill": self.load["prefill"] / statistics.median(seconds[1:])}

    def decode(self):
        """Computes the prompts of the most streams once, then stops some streams before each smaller number of them."""
        counts = sorted(self.load["streams"], reverse=True)
        steps = self.load["steps"]
        # Those computed first decode while the others' prompts are computed, in as many steps as these take.
        most = counts[0] * self.load["prompt"] // 256 + (len(counts) + 1) * (steps + 2)
        running = [self.add(self.load["prompt"], most) for _ in range(counts[0])]
        while not running[-1].can_read():
            self.pipeline.step()
        figures = {}
        for count in counts:
            for handle in running[count:]:
                handle.stop()
            del running[count:]
            self.pipeline.step()
            self.read(running)
            start = time.perf_counter()
            for _ in range(steps):
                self.pipeline.step()
            seconds = time.perf_counter() - start
            made = self.read(running)
            if made != count * steps:
                raise SystemExit(f"{count} streams made {made} tokens in {steps} steps.")
            figures[f"decode {count}"] = made / seconds
        for handle in running:
            handle.stop()
        self.finish()
        return figures

    def offline(self):
        self.add(self.load["input"], 2)
        self.finish()
        handles = [self.add(self.load["input"], self.load["output"]) for _ in range(self.load["requests"])]
        start = time.perf_counter()
        self.finish()
        seconds = time.perf_counter() - start
        made = self.read(handles)
        if made != self.load["requests"] * self.load["output"]:
            raise SystemExit(f"{self.load['requests']} requests made {made} tokens.")
        return {"offline": (self.load["requests"] * self.load["input"] + made) / seconds}


def main():
    job = json.loads(sys.argv[1])
    figures = getattr(Bench(job), job["measure"])()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
