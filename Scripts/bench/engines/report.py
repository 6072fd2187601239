# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""What was measured, as Markdown and JSON."""

import dataclasses
import os
import platform
import statistics
import time

OWN = "swift-vllm"
ROWS = {
    "prefill": "prefill of {prefill}, tokens/s",
    "decode": "decode, {streams} streams, tokens/s",
    "offline": "{requests} requests of {input} in, {output} out, total tokens/s",
    "serve": "HTTP, {clients} clients, output tokens/s",
    "serve ttft": "HTTP, first token, median ms",
    "serve tpot": "HTTP, a further token, median ms",
}
LESS_IS_BETTER = ("serve ttft", "serve tpot")


class Report:
    def __init__(self, options, load, runner):
        self.options, self.load, self.runner = options, load, runner
        self.date = time.strftime("%Y-%m-%d %H:%M:%S %z")
        self.versions, self.left_out, self.failures, self.peaks = {}, {}, [], []
        self.values = {}
        """Lists of values, a round each, by (weights, figure, engine)."""

    def add(self, engine, weights, figures):
        for figure, value in figures.items():
            self.values.setdefault((weights, figure, engine), []).append(value)

    def add_peaks(self, peaks):
        if peaks:
            self.peaks.append(peaks)

    def median(self, weights, figure, engine):
        values = self.values.get((weights, figure, engine))
        return statistics.median(values) if values else None

    def ratio(self, weights, figure):
        """How many times the best peer's this program's figure is; above 1 is better also where less is better."""
        own = self.median(weights, figure, OWN)
        peers = [self.median(*key) for key in self.values if key[:2] == (weights, figure) and key[2] != OWN]
        if not own or not peers:
            return None
        return min(peers) / own if figure in LESS_IS_BETTER else own / max(peers)

    def title(self, figure):
        name, _, streams = figure.partition(" ") if figure.startswith("decode ") else (figure, "", "")
        text = ROWS[name].format(**{**dataclasses.asdict(self.load), "streams": streams})
        return text.replace("1 streams", "1 stream") if streams == "1" else text

    def figures(self):
        """Figures in the order of the table."""
        found = {figure for _, figure, _ in self.values}
        order = list(ROWS)
        return sorted(found, key=lambda f: (order.index("decode"), int(f.split()[1])) if f.startswith("decode ")
                      else (order.index(f), 0))

    def markdown(self):
        lines = [f"{self.date}, {self.options.threads} threads. {self.machine()['processor']}. {self.peak_text()}", ""]
        lines += [f"- {name}: {version}" for name, version in self.versions.items() if name not in self.left_out]
        for weights in self.options.weights:
            engines = [name for name in self.versions if any(key[0] == weights and key[2] == name for key in self.values)]
            if engines:
                lines += ["", *self.table(weights, engines)]
        lines += ["", *(f"- {name} was left out: {reason}" for name, reason in self.left_out.items()),
                  *(f"- failed: {failure}" for failure in self.failures)]
        return "\n".join(lines).rstrip()

    def table(self, weights, engines):
        yield f"| {weights} | " + " | ".join(engines) + " | times the best peer |"
        yield "|---|" + "--:|" * (len(engines) + 1)
        for figure in self.figures():
            cells = [self.cell(weights, figure, engine) for engine in engines]
            ratio = self.ratio(weights, figure)
            if any(cells):
                yield f"| {self.title(figure)} | " + " | ".join(cells) + f" | {f'{ratio:.2f}' if ratio else ''} |"

    def cell(self, weights, figure, engine):
        values = self.values.get((weights, figure, engine))
        if not values:
            return ""
        middle, spread = self.number(statistics.median(values)), ""
        if len(values) > 1:
            spread = f" ({self.number(min(values))}…{self.number(max(values))})"
        return middle + spread

    @staticmethod
    def number(value):
        return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"

    def peak_text(self):
        def span(name, unit):
            values = [peaks[name] / 1e9 for peaks in self.peaks]
            return f"{min(values):.0f}–{max(values):.0f} {unit}"

        if not self.peaks:
            return "Peaks were not measured."
        return (f"Peaks of the run: {span('bf16_operations_per_second', 'GFLOP/s bfloat16')}, "
                f"{span('int8_operations_per_second', 'GOP/s int8')}, {span('bytes_per_second', 'GB/s read')}.")

    def machine(self):
        processor = platform.processor() or platform.machine()
        if os.path.exists("/proc/cpuinfo"):
            with open("/proc/cpuinfo") as file:
                processor = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), processor)
        return {"processor": processor, "cores": len(os.sched_getaffinity(0)), "threads": self.options.threads,
                "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "system": platform.platform(),
                "load_average": os.getloadavg()}

    def json(self):
        figures = [{"weights": weights, "figure": figure, "engine": engine, "median": statistics.median(values),
                    "values": values} for (weights, figure, engine), values in self.values.items()]
        return {"date": self.date, "machine": self.machine(), "peaks": self.peaks, "load": dataclasses.asdict(self.load),
                "engines": self.versions, "left_out": self.left_out, "failures": self.failures, "figures": figures,
                "times_the_best_peer": {f"{weights}, {figure}": self.ratio(weights, figure)
                                        for weights in self.options.weights for figure in self.figures()
                                        if self.ratio(weights, figure)},
                "commands": self.runner.commands}
