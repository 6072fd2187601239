#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Loads a running server with clients of all kinds and faults, then checks that nothing is left behind.

Usage: soak.py --port PORT --pid PID [--clients 64] [--seconds 300] [--kill-every 0] [--model NAME]

Most clients stream or wait for completions and chats, half of them hang up at random. One in eight misbehaves: reads
slowly or not at all, closes half of its connection, stops in the middle of a head or a body, floods with headers, or
sends what is no JSON. With --kill-every the engine's process is killed at random, that often on average; requests
that it had must then end with an error that says so, and new ones are refused until it is back.

Ends with exit code 0 if no request failed but by its own hand or a kill, nothing runs or waits at the end, the cache is
unused, and the server has no more descriptors and threads than at the start. Prints resident memory at the start,
then ten times, and at the end. Standard library only; loopback only.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
import urllib.request

from serving import family, resident


def metric(port, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(name) and not line.startswith("#"):
                return float(line.rsplit(" ", 1)[1])
    return None


def usage(pid):
    """Descriptors and threads of a process."""
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))


class Soak:
    """What the clients share."""

    def __init__(self, options):
        self.options = options
        self.end = time.monotonic() + options.seconds
        self.counts = {"finished": 0, "hung up": 0, "misbehaved": 0, "lost to a kill": 0, "refused after a kill": 0}
        self.errors = []
        self.kills = []

    def note_failure(self, text, began):
        """A failure is in order where the engine was killed since the request began, or shortly before."""
        if any(kill > began - 20 for kill in self.kills):
            self.counts["refused after a kill" if b"503" in text[:20] else "lost to a kill"] += 1
        else:
            self.errors.append(text[:300])


def body_of(options, generator):
    chat = generator.random() < 0.5
    words = " ".join(str(generator.randrange(100)) for _ in range(generator.randrange(1, 120)))
    body = {"model": options.model, "max_tokens": generator.randrange(1, 100), "stream": generator.random() < 0.9,
            "temperature": generator.choice([0, 0.7, 1.0]), "ignore_eos": True}
    if generator.random() < 0.3 and body["temperature"] > 0:
        body["n"] = 2
    body.update({"messages": [{"role": "user", "content": words}]} if chat else {"prompt": words})
    return "/v1/chat/completions" if chat else "/v1/completions", body


def frame(path, data, headers=""):
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}"
            f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n").encode() + data


async def behave(soak, generator):
    """One request, read to its end or to where the client hangs up."""
    path, body = body_of(soak.options, generator)
    hang_up = generator.randrange(1, 40) if generator.random() < 0.5 else None
    began = time.monotonic()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", soak.options.port)
        writer.write(frame(path, json.dumps(body).encode()))
        await writer.drain()
        lines, status, done, failure = 0, await reader.readline(), False, None
        while line := await reader.readline():
            lines += 1
            done = done or b"[DONE]" in line or b'"usage"' in line
            if b'"error"' in line:
                failure = status + line
            if hang_up and lines > hang_up:
                break
        writer.transport.abort() if hang_up and not done else writer.close()
    except OSError as error:
        soak.errors.append(str(error).encode())
        return
    if failure or b" 200 " not in status:
        soak.note_failure(failure or status, began)
        await asyncio.sleep(0.2)
    elif done:
        soak.counts["finished"] += 1
    elif hang_up:
        soak.counts["hung up"] += 1
    else:
        soak.note_failure(b"the answer ended early", began)


async def misbehave(soak, generator):
    """One connection that does not do what it should; whatever it is answered is fine."""
    kind = generator.choice(["slow", "deaf", "half", "head", "body", "flood", "noise", "silent"])
    path, body = body_of(soak.options, generator)
    data = json.dumps(body).encode()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", soak.options.port)
        if kind in ("slow", "deaf", "half"):
            writer.write(frame(path, data))
        elif kind == "head":
            writer.write(frame(path, data)[:generator.randrange(1, 60)])
        elif kind == "body":
            writer.write(frame(path, data)[:-generator.randrange(1, len(data))])
        elif kind == "flood":
            writer.write(frame(path, data, "".join(f"X-{i}: {'a' * 200}\r\n" for i in range(1000))))
        elif kind == "noise":
            writer.write(frame(path, bytes(generator.randrange(256) for _ in range(400))))
        await writer.drain()
        if kind == "half":
            writer.write_eof()
        for _ in range(generator.randrange(1, 12)):
            if kind == "slow" and not await reader.read(16):
                break
            await asyncio.sleep(0.2)
        if kind in ("flood", "noise", "half"):
            await reader.read()
        writer.transport.abort()
    except OSError:
        pass  # the server may close it first
    soak.counts["misbehaved"] += 1


async def client(soak, number):
    generator = random.Random(number)
    while time.monotonic() < soak.end:
        await (misbehave if number % 8 == 7 else behave)(soak, generator)


async def kill(soak):
    generator = random.Random(1)
    while soak.options.kill_every:
        await asyncio.sleep(soak.options.kill_every * (0.5 + generator.random()))
        if time.monotonic() > soak.end - 30:
            return
        children = [member for member in family(soak.options.pid) if member != soak.options.pid]
        for child in children[:1]:
            soak.kills.append(time.monotonic())
            os.kill(child, signal.SIGKILL)


async def watch(soak):
    for tenth in range(10):
        await asyncio.sleep(soak.options.seconds / 10.5)
        print(f"{(tenth + 1) * 10:3d} %: resident {resident(soak.options.pid)['VmRSS']:.0f} MiB, "
              f"descriptors and threads {usage(soak.options.pid)}, {soak.counts}, kills {len(soak.kills)}", flush=True)


async def run(soak):
    tasks = [asyncio.create_task(client(soak, number)) for number in range(soak.options.clients)]
    tasks += [asyncio.create_task(kill(soak)), asyncio.create_task(watch(soak))]
    await asyncio.gather(*tasks)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--model", default=None)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--kill-every", type=float, default=0)
    options = parser.parse_args()
    if options.model is None:
        with urllib.request.urlopen(f"http://127.0.0.1:{options.port}/v1/models", timeout=10) as answer:
            options.model = json.load(answer)["data"][0]["id"]
    soak = Soak(options)
    before = usage(options.pid)
    print(f"at the start: resident {resident(options.pid)['VmRSS']:.0f} MiB, descriptors and threads {before}", flush=True)
    asyncio.run(run(soak))
    for _ in range(100):  # hung up requests end within a step
        busy = [metric(options.port, "vllm:num_requests_running"), metric(options.port, "vllm:num_requests_waiting"),
                metric(options.port, "vllm:kv_cache_usage_perc")]
        after = usage(options.pid)
        if not any(busy) and after[0] <= before[0] and after[1] <= before[1] + 2:
            break
        time.sleep(0.1)
    print(f"at the end: resident {resident(options.pid)['VmRSS']:.0f} MiB, descriptors and threads {after}")
    print(f"{soak.counts}, kills {len(soak.kills)}, errors {len(soak.errors)}")
    print(f"running, waiting, cache usage at the end: {busy}")
    for error in soak.errors[:5]:
        print(error)
    # The pools of threads that the runtime keeps may grow by one or two.
    leaks = after[0] > before[0] or after[1] > before[1] + 2
    sys.exit(1 if soak.errors or any(busy) or leaks else 0)


main()
