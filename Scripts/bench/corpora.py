#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Writes texts to time tokenizers with: english.txt, code.txt, chinese.txt, emoji.txt, up to 4 MB each.

Usage: corpora.py <folder>. English is the docstrings of this Python's standard library, code its sources, Chinese the manual
pages of Debian's package manpages-zh, emoji random sequences with a few words between them.
"""

import ast
import gzip
import pathlib
import random
import re
import sys
import sysconfig

LIMIT = 4_000_000
WORDS = "lol love this so much thanks yes no happy day party".split()
BLOCKS = [(0x1F600, 0x1F650), (0x1F300, 0x1F5FF), (0x1F680, 0x1F6C6), (0x1F900, 0x1F9FF)]


def sources(rng):
    files = sorted(pathlib.Path(sysconfig.get_path("stdlib")).rglob("*.py"))
    files = [f for f in files if "site-packages" not in f.parts]
    rng.shuffle(files)
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            yield text, ast.parse(text)
        except (UnicodeDecodeError, SyntaxError, ValueError):
            continue


def docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
            for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                letters = sum(c.isalpha() or c == " " for c in paragraph)
                if len(paragraph) > 80 and letters > 0.85 * len(paragraph):
                    yield re.sub(r"\s+", " ", paragraph)


def chinese():
    for file in sorted(pathlib.Path("/usr/share/man/zh_CN").rglob("*.gz")):
        for line in gzip.open(file).read().decode(errors="ignore").splitlines():
            line = re.sub(r"\\f.|\\", "", line)
            han = sum(0x4E00 <= ord(c) < 0xA000 for c in line)
            if not line.startswith(".") and han * 2 > len(line):
                yield line


def emoji(rng):
    single = [chr(c) for first, last in BLOCKS for c in range(first, last)]
    size = 0
    while size < LIMIT:
        kind = rng.random()
        if kind < 0.5:
            text = rng.choice(single) * rng.choice([1, 1, 1, 2, 3])
        elif kind < 0.65:
            text = rng.choice(single) + chr(rng.randrange(0x1F3FB, 0x1F400))
        elif kind < 0.75:
            text = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"
        elif kind < 0.82:
            text = chr(0x1F1E6 + rng.randrange(26)) + chr(0x1F1E6 + rng.randrange(26))
        elif kind < 0.88:
            text = "\N{HEAVY BLACK HEART}\ufe0f"
        else:
            text = f" {rng.choice(WORDS)} "
        size += len(text.encode())
        yield text


def write(folder, name, text):
    data = text.encode()[:LIMIT].decode(errors="ignore")
    if not data:
        print(f"{name}: nothing to make it of (is manpages-zh installed?)", file=sys.stderr)
        return
    (folder / f"{name}.txt").write_text(data, encoding="utf-8", newline="")
    print(f"{folder / name}.txt: {len(data.encode()):,} bytes")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(7)
    files = list(sources(rng))
    write(folder, "english", "\n\n".join(p for _, tree in files for p in docstrings(tree)))
    write(folder, "code", "".join(text for text, _ in files))
    write(folder, "chinese", "".join(chinese()))
    write(folder, "emoji", "".join(emoji(rng)))


if __name__ == "__main__":
    main()
