# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Engines that are Python packages: a script beside this one runs in the engine's own environment, once for each measure."""

import dataclasses
import json
import pathlib

from engines.engine import Engine, Missing
from engines.runner import Failed


class Worker(Engine):
    script = ""
    package = ""
    """The distribution whose version is reported."""
    measures = ("prefill", "decode", "offline")

    @property
    def python(self):
        return self.home / "bin" / "python"

    def check(self):
        self.need(self.python)
        self.version()

    def version(self):
        code = f"import importlib.metadata as m; print(m.version('{self.package}'))"
        try:
            return f"{self.package} {self.runner.run([self.python, '-c', code], timeout=60).strip()}"
        except Failed:
            raise Missing(f"{self.home} has no package {self.package}; run: "
                          f"Scripts/bench/install-peers.sh {self.work} {self.name}") from None

    def call(self, measure, weights):
        """Runs the script; its last line is an object of figures."""
        job = {"measure": measure, "threads": self.threads, "vocabulary": self.vocabulary,
               "load": dataclasses.asdict(self.load), **self.files(weights)}
        script = pathlib.Path(__file__).with_name(self.script)
        environment = {"OMP_NUM_THREADS": str(self.threads), "HF_HUB_OFFLINE": "1"}
        output = self.runner.run([self.python, script, json.dumps(job)], timeout=900, environment=environment)
        return json.loads(output.strip().splitlines()[-1])

    def files(self, weights):
        """What the script needs to know of the checkpoint."""
        return {"model": str(self.model)}

    def prefill(self, weights):
        return self.call("prefill", weights)

    def decode(self, weights):
        return self.call("decode", weights)

    def offline(self, weights):
        return self.call("offline", weights)


class OpenVINO(Worker):
    """OpenVINO GenAI with continuous batching. It reads no bfloat16 from GGUF: float16 is read, and computed in bfloat16."""

    name = "openvino"
    weights = {"bf16": "F16 read, bfloat16 computed", "int8": "Q8_0", "int4": "Q4_0"}
    script = "openvino_worker.py"
    package = "openvino-genai"

    def prepare(self, weights):
        if not (self.folder(weights) / "openvino_model.xml").exists():
            self.folder(weights).mkdir(exist_ok=True)
            # OpenVINO writes what it makes of a GGUF file beside that file.
            link = self.folder(weights) / "model.gguf"
            if not link.exists():
                link.symlink_to(self.source(weights))
            self.call("convert", weights)

    def source(self, weights):
        return self.gguf("f16") if weights == "bf16" else self.quantized(self.weights[weights])

    def folder(self, weights):
        return self.converted(f"openvino-{weights}")

    def files(self, weights):
        return {"model": str(self.folder(weights)), "gguf": str(self.folder(weights) / "model.gguf")}


class Transformers(Worker):
    """PyTorch's own kernels under transformers' models, with static batches."""

    name = "transformers"
    weights = {"bf16": "bfloat16"}
    script = "transformers_worker.py"
    package = "transformers"
