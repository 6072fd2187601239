#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Measures what a running server with a bounded queue does under more work than it can do.

Usage: overload.py --port PORT --pid PID --model NAME [--capacity-seconds 40] [--seconds 120] [--factor 4]

First a closed loop of --clients clients finds the best rate of finished requests; then requests come at --factor times that
rate, at random moments, whoever is still waiting. Prints requests finished a second in both, how long refusals (503) took,
and resident memory. The server should be started with --max-num-queued-reqs. Standard library only; loopback only.
"""

import argparse
import asyncio
import random
import time

from serving import post, quantile, resident


async def ask(options, generator):
    """One request; returns (status, seconds)."""
    start = time.monotonic()
    prompt = [generator.randrange(1000) for _ in range(options.input_len)]
    body = {"model": options.model, "prompt": prompt, "max_tokens": options.output_len, "ignore_eos": True, "temperature": 0}
    status, _ = await post(options.port, "/v1/completions", body)
    return status, time.monotonic() - start


async def closed_loop(options):
    """Requests finished a second by clients that each wait for their answer."""
    end = time.monotonic() + options.capacity_seconds
    finished = []

    async def client(number):
        generator = random.Random(number)
        while time.monotonic() < end:
            status, _ = await ask(options, generator)
            if status == 200:
                finished.append(time.monotonic())

    await asyncio.gather(*(client(n) for n in range(options.clients)))
    # The first round fills the batch.
    begin = end - options.capacity_seconds / 2
    return sum(begin <= t < end for t in finished) / (end - begin)


async def open_loop(options, rate):
    """Requests that come at a rate; returns (statuses with seconds, time of each end)."""
    generator = random.Random(7)
    end = time.monotonic() + options.seconds
    results, tasks = [], set()

    async def one():
        status, seconds = await ask(options, generator)
        results.append((status, seconds, time.monotonic()))

    memory = [resident(options.pid)["VmRSS"]]
    while time.monotonic() < end:
        task = asyncio.create_task(one())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if len(results) % 50 == 0:
            memory.append(resident(options.pid)["VmRSS"])
        await asyncio.sleep(generator.expovariate(rate))
    begin = end - options.seconds * 3 / 4
    goodput = sum(status == 200 and begin <= t < end for status, _, t in results) / (end - begin)
    await asyncio.gather(*tasks)
    memory.append(resident(options.pid)["VmRSS"])
    return results, goodput, memory


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--input-len", type=int, default=64)
    parser.add_argument("--output-len", type=int, default=32)
    parser.add_argument("--capacity-seconds", type=float, default=40)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--factor", type=float, default=4)
    options = parser.parse_args()
    best = await closed_loop(options)
    print(f"best              {best:.2f} requests/s ({options.clients} clients)")
    results, goodput, memory = await open_loop(options, options.factor * best)
    refused = [seconds for status, seconds, _ in results if status == 503]
    other = {status for status, _, _ in results} - {200, 503}
    print(f"overload          {options.factor} times that for {options.seconds:.0f} s: {len(results)} requests, {len(refused)} refused")
    print(f"goodput           {goodput:.2f} requests/s, {100 * goodput / best:.1f} % of the best")
    print(f"refusals          median {quantile(refused, .5) * 1e3:.1f} ms, p99 {quantile(refused, .99) * 1e3:.1f} ms")
    print(f"resident          {memory[0]:.0f} MiB at the start, {max(memory):.0f} at most, {memory[-1]:.0f} at the end")
    if other:
        print(f"other statuses    {sorted(other)}")


if __name__ == "__main__":
    asyncio.run(main())
