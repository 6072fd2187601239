#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Measures this program beside other engines, in turns on one machine: prefill, decode, many requests at once, serving.

Usage: peers.py --model FOLDER --work FOLDER [--engines swift-vllm,openvino] [--weights int8] [--measures decode] [--quick]
                [--rounds 3] [--minutes 14] [--output-json FILE] [--output-markdown FILE]

--work is the folder of Scripts/bench/install-peers.sh; checkpoints that were converted are kept there too. Every round runs
each measure for each kind of weights with one engine after the other, so that a machine whose speed drifts does so for
all; the median of the rounds counts. Rounds behind the first are begun only as far as --minutes allows. An engine that
is missing is named with how to get it, and the others are measured. Documentation/Benchmarking.md says what the figures mean.
Python's standard library only; servers listen on the loopback alone; nothing is ended but what was started here.
"""

import argparse
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

from engines import ENGINES
from engines.engine import MEASURES, QUICK, WEIGHTS, Load, Missing
from engines.report import Report
from engines.runner import Failed, Runner


def some_of(known):
    def parse(text):
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'nothing'} is not among {', '.join(known)}.")
        return names

    return parse


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True,
                        help="a folder made by Scripts/fixtures/bench_checkpoint.py")
    parser.add_argument("--work", type=pathlib.Path, help="the folder of install-peers.sh")
    parser.add_argument("--program", type=pathlib.Path, default=".build/release/vllm")
    parser.add_argument("--engines", type=some_of(ENGINES), default=list(ENGINES), help=", ".join(ENGINES))
    parser.add_argument("--weights", type=some_of(WEIGHTS), default=list(WEIGHTS), help=", ".join(WEIGHTS))
    parser.add_argument("--measures", type=some_of(MEASURES), default=list(MEASURES), help=", ".join(MEASURES))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3, help="at most so many (default: 3; one with --quick)")
    parser.add_argument("--minutes", type=float, default=14, help="what rounds behind the first may bring the run to")
    parser.add_argument("--quick", action="store_true", help="short prompts and few requests, to see that all works")
    parser.add_argument("--output-json", type=pathlib.Path)
    parser.add_argument("--output-markdown", type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true", help="prints the commands that are run")
    options = parser.parse_args()
    options.program = options.program.absolute()
    return options


def available(options, runner, load, report):
    """The engines that are there, with their checkpoints converted."""
    found = []
    for name in options.engines:
        engine = ENGINES[name](options, runner, load)
        try:
            engine.check()
            report.versions[name] = engine.version()
            for weights in options.weights:
                if weights in engine.weights:
                    engine.prepare(weights)
            found.append(engine)
        except (Missing, Failed) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            report.left_out[name] = str(error)
    return found


class Rounds:
    """Runs measures in turns until the rounds or the time are used up."""

    def __init__(self, options, runner, report, engines):
        self.options, self.runner, self.report, self.engines = options, runner, report, engines
        self.start = time.monotonic()
        self.taken = {}

    def run(self):
        for number in range(1 if self.options.quick else self.options.rounds):
            if number and not self.fits(min(self.taken.values(), default=0)):
                return
            self.report.add_peaks(self.peaks())
            for measure in self.options.measures:
                for weights in self.options.weights:
                    if number == 0 or self.fits(self.taken[measure, weights]):
                        self.turn(number, measure, weights)
        self.report.add_peaks(self.peaks())

    def fits(self, seconds):
        return time.monotonic() - self.start + seconds < 60 * self.options.minutes

    def turn(self, number, measure, weights):
        """One measure with every engine; who begins changes from round to round."""
        begin = time.monotonic()
        engines = [e for e in self.engines if measure in e.measures and weights in e.weights]
        shift = number % max(1, len(engines))
        for engine in engines[shift:] + engines[:shift]:
            clock = time.monotonic()
            try:
                figures = getattr(engine, measure)(weights)
            except (Missing, Failed, KeyError, ValueError) as error:
                self.report.failures.append(f"{engine.name}, {weights}, {measure}: {error}")
                print(f"{engine.name} failed at {measure} with {weights}: {error}", file=sys.stderr)
                continue
            self.report.add(engine.name, weights, figures)
            shown = ", ".join(f"{name} {value:.1f}" for name, value in figures.items())
            print(f"round {number + 1}: {weights} {engine.name}: {shown} ({time.monotonic() - clock:.0f} s)", file=sys.stderr)
        self.taken[measure, weights] = time.monotonic() - begin

    def peaks(self):
        """What this program measures that the machine can do at this moment; None where it is not there."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "peaks.json"
            try:
                self.runner.run([self.options.program, "bench", "kernels", "--filter", "rms norm 0.5B m=1",
                                 "--rows", "1", "--threads", self.options.threads, "--output-json", file], timeout=120)
                return json.loads(file.read_text())["peaks"]["all_threads"]
            except (Failed, OSError) as error:
                print(f"no peaks: {error}", file=sys.stderr)
                return None


def interrupt(*_):
    """A termination unwinds like an interruption, so that servers and tools are ended."""
    raise KeyboardInterrupt


def main():
    options = parse()
    signal.signal(signal.SIGTERM, interrupt)
    if not (options.model / "config.json").exists():
        sys.exit(f"{options.model} has no config.json; Scripts/fixtures/bench_checkpoint.py makes a checkpoint.")
    runner, load = Runner(options.verbose), QUICK if options.quick else Load()
    report = Report(options, load, runner)
    engines = available(options, runner, load, report)
    if not engines:
        sys.exit("no engine is there to be measured")
    interrupted = False
    try:
        Rounds(options, runner, report, engines).run()
    except KeyboardInterrupt:
        interrupted = True
        print("interrupted: what was measured so far follows", file=sys.stderr)
    print(report.markdown())
    if options.output_json:
        options.output_json.write_text(json.dumps(report.json(), indent=2) + "\n")
    if options.output_markdown:
        options.output_markdown.write_text(report.markdown() + "\n")
    sys.exit(130 if interrupted else 1 if report.failures else 0)


if __name__ == "__main__":
    main()
