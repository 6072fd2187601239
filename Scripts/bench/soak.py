#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Loads a running server with streaming clients that hang up at random, then checks that every block is free.

Usage: soak.py --port PORT --pid PID [--clients 64] [--seconds 300] [--model NAME]

Ends with exit code 0 if no request failed but by its own hand, nothing runs or waits at the end, and the cache is
unused. Prints resident memory at the start, in the middle and at the end. Standard library only; loopback only.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import urllib.request

from serving import resident


def metric(port, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(name) and not line.startswith("#"):
                return float(line.rsplit(" ", 1)[1])
    return None


async def client(options, number, end, counts):
    generator = random.Random(number)
    while time.monotonic() < end:
        chat = generator.random() < 0.5
        words = " ".join(str(generator.randrange(100)) for _ in range(generator.randrange(1, 120)))
        body = {"model": options.model, "max_tokens": generator.randrange(1, 100), "stream": generator.random() < 0.9,
                "temperature": generator.choice([0, 0.7, 1.0]), "ignore_eos": True}
        if generator.random() < 0.3 and body["temperature"] > 0:
            body["n"] = 2
        body.update({"messages": [{"role": "user", "content": words}]} if chat else {"prompt": words})
        hang_up = generator.randrange(1, 40) if generator.random() < 0.5 else None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", options.port)
            data = json.dumps(body).encode()
            path = "/v1/chat/completions" if chat else "/v1/completions"
            writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data)
            await writer.drain()
            lines, status, done = 0, await reader.readline(), False
            while line := await reader.readline():
                lines += 1
                done = done or b"[DONE]" in line or b'"usage"' in line
                if b'"error"' in line:
                    counts["errors"].append(line[:200])
                if hang_up and lines > hang_up:
                    break
            writer.transport.abort() if hang_up and not done else writer.close()
            if b" 200 " not in status:
                counts["errors"].append(status)
            elif done:
                counts["finished"] += 1
            elif hang_up:
                counts["hung up"] += 1
            else:
                counts["errors"].append(b"the answer ended early")
        except OSError as error:
            counts["errors"].append(str(error).encode())


async def run(options, counts):
    end = time.monotonic() + options.seconds
    tasks = [asyncio.create_task(client(options, number, end, counts)) for number in range(options.clients)]
    await asyncio.sleep(options.seconds / 2)
    print(f"resident in the middle {resident(options.pid)['VmRSS']:.0f} MiB", flush=True)
    await asyncio.gather(*tasks)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--model", default=None)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=300)
    options = parser.parse_args()
    if options.model is None:
        with urllib.request.urlopen(f"http://127.0.0.1:{options.port}/v1/models", timeout=10) as answer:
            options.model = json.load(answer)["data"][0]["id"]
    counts = {"finished": 0, "hung up": 0, "errors": []}
    print(f"resident at the start  {resident(options.pid)['VmRSS']:.0f} MiB", flush=True)
    asyncio.run(run(options, counts))
    for _ in range(100):  # hung up requests end within a step
        busy = [metric(options.port, "vllm:num_requests_running"), metric(options.port, "vllm:num_requests_waiting"),
                metric(options.port, "vllm:kv_cache_usage_perc")]
        if not any(busy):
            break
        time.sleep(0.1)
    print(f"resident at the end    {resident(options.pid)['VmRSS']:.0f} MiB")
    print(f"finished {counts['finished']}, hung up {counts['hung up']}, errors {len(counts['errors'])}")
    print(f"running, waiting, cache usage at the end: {busy}")
    for error in counts["errors"][:5]:
        print(error)
    sys.exit(1 if counts["errors"] or any(busy) else 0)


main()
