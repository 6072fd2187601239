# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""What an engine has to be able to do to be measured."""

import dataclasses
import json
import pathlib

MEASURES = ("prefill", "decode", "offline", "serve")
WEIGHTS = ("bf16", "int8", "int4", "q4_k_m")


class Missing(Exception):
    """An engine, or a file that it needs, is not there; says how to get it."""


@dataclasses.dataclass(frozen=True)
class Load:
    """Lengths in tokens, and counts of requests, the same for every engine."""

    prefill: int = 512
    """Length of the one prompt of `prefill`."""
    prompt: int = 240
    """Length of every prompt of `decode`."""
    steps: int = 16
    """Tokens that every stream of `decode` generates while it is timed."""
    streams: tuple = (1, 16, 32, 64)
    """Streams that decode at once."""
    requests: int = 32
    """Requests of `offline`, all there at the start."""
    input: int = 128
    output: int = 64
    """Lengths of the requests of `offline` and `serve`."""
    clients: int = 16
    """Clients of `serve`, each with one request at a time."""
    served: int = 48
    """Requests of `serve`."""
    repeats: int = 3
    """How often `prefill` is timed after a warm-up; the median counts."""


QUICK = Load(prefill=64, prompt=32, steps=8, streams=(1, 4), requests=4, input=32, output=8, clients=4, served=8, repeats=1)


class Engine:
    """One engine with its checkpoint; each measure returns figures by name.

    Names are `prefill` (tokens/s of one prompt), `decode N` (tokens/s of N streams together), `offline` (prompt and output
    tokens/s), and `serve`, `serve ttft`, `serve tpot` (output tokens/s, and milliseconds to the first and for each further
    token, medians).
    """

    name = ""
    weights = {}
    """What stands for each of WEIGHTS here: a name that the report shows. Those that are not in it are not measured."""
    measures = MEASURES

    def __init__(self, options, runner, load):
        self.model = options.model.resolve()
        self.work = options.work.resolve() if options.work else None
        self.program = options.program
        self.threads = options.threads
        self.runner = runner
        self.load = load
        self.vocabulary = json.loads((self.model / "config.json").read_text())["vocab_size"]

    @property
    def home(self):
        """The folder that install-peers.sh made for this engine."""
        if self.work is None:
            raise Missing("--work says where install-peers.sh put it.")
        return self.work / self.name

    def need(self, path):
        if not path.exists():
            raise Missing(f"{path} is missing; run: Scripts/bench/install-peers.sh {self.work} {self.name}")
        return path

    def check(self):
        """Raises Missing where the engine cannot run."""

    def version(self):
        raise NotImplementedError

    def prepare(self, weights):
        """Makes what the engine needs for these weights and keeps it for later runs."""

    def converted(self, name):
        """Where a converted checkpoint is kept, apart from those of other checkpoints."""
        folder = self.work / "models" / self.model.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def gguf(self, kind):
        """The checkpoint as a GGUF file in `bf16` or `f16`."""
        path = self.converted(f"{kind}.gguf")
        if not path.exists():
            python = self.need(self.work / "tools" / "bin" / "python")
            script = pathlib.Path(__file__).with_name("gguf_checkpoint.py")
            part = path.with_suffix(".part")
            self.runner.run([python, script, "--type", kind, self.model, part], timeout=600)
            part.rename(path)
        return path

    def quantized(self, kind):
        """The checkpoint as a GGUF file rounded by llama.cpp's own tool, such as to Q8_0."""
        path = self.converted(f"{kind}.gguf")
        if not path.exists():
            tools = [self.work / name / "bin" / "llama-quantize" for name in ("llama.cpp", "ik_llama.cpp")]
            tool = next((tool for tool in tools if tool.exists()), None)
            if tool is None:
                raise Missing(f"{tools[0]} makes {kind}; run: Scripts/bench/install-peers.sh {self.work} llama.cpp")
            part = path.with_suffix(".part")
            self.runner.run([tool, self.gguf("bf16"), part, kind, str(self.threads)], timeout=900)
            part.rename(path)
        return path
