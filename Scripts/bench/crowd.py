#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Asks a running server thousands of things at once, and checks every answer against the one that is given alone.

Usage: crowd.py --port PORT --model NAME [--requests 4096] [--prompts 16] [--max-tokens 24]

Prints how long the first and the last answer took, and how many differ. Standard library only; loopback only.
"""

import argparse
import asyncio
import json
import resource
import sys
import time

from serving import post, quantile


async def ask(options, text):
    start = time.monotonic()
    body = {"model": options.model, "prompt": text, "max_tokens": options.max_tokens, "temperature": 0, "ignore_eos": True,
            "return_token_ids": True}
    status, answer = await post(options.port, "/v1/completions", body)
    tokens = json.loads(answer)["choices"][0]["token_ids"] if status == 200 else None
    return tokens, time.monotonic() - start


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--requests", type=int, default=4096)
    parser.add_argument("--prompts", type=int, default=16)
    parser.add_argument("--max-tokens", type=int, default=24)
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, options.requests + 1000), limit))
    texts = [f"What is {n} plus {3 * n + 1}? " + "Say it again. " * n for n in range(options.prompts)]
    alone = [(await ask(options, text))[0] for text in texts]
    start = time.monotonic()
    answers = await asyncio.gather(*(ask(options, texts[n % len(texts)]) for n in range(options.requests)))
    total = time.monotonic() - start
    failed = sum(tokens is None for tokens, _ in answers)
    wrong = sum(tokens is not None and tokens != alone[n % len(texts)] for n, (tokens, _) in enumerate(answers))
    times = [seconds for _, seconds in answers]
    print(f"{options.requests} requests at once: {total:.1f} s, {options.requests / total:.0f} a second")
    print(f"answers after {min(times):.2f} s (first), {quantile(times, .5):.2f} s (median), {max(times):.2f} s (last)")
    print(f"failed {failed}, different from those given alone {wrong}")
    sys.exit(1 if failed or wrong else 0)


if __name__ == "__main__":
    asyncio.run(main())
