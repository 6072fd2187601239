#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Starts a server, times its start, and loads it with streaming clients.

Usage: serving.py --model FOLDER [--clients 16] [--requests 48] [--input-len 128] [--output-len 64] [-- SERVER COMMAND]

Without a server command, `.build/release/vllm serve FOLDER --port PORT --kv-cache-memory-bytes 1GiB` is started; with
one, {model} and {port} in it are replaced, so that other servers with OpenAI's completions API can be measured alike.
Prints the time until /health answers, resident memory then and after the load, output tokens/s, and the distribution of
the time to the first token and between tokens. Python's standard library only; loopback only.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time


def family(pid):
    """A process and those that it started."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parents[int(entry)] = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def resident(pid):
    """Resident MiB of a server's processes: anonymous ones, and those of mapped files (shared ones count twice)."""
    fields = {}
    for member in family(pid):
        with open(f"/proc/{member}/status") as status:
            for line in status:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "RssAnon", "RssFile", "VmHWM"):
                    fields[name] = fields.get(name, 0) + int(value.split()[0]) / 1024
    return fields


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


async def request(port, path, body):
    """Sends a request and yields the lines of the answer, dechunked."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = json.dumps(body).encode()
    head = (f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n")
    writer.write(head.encode() + data)
    await writer.drain()
    status = await reader.readline()
    if b" 200 " not in status:
        rest = await reader.read()
        raise RuntimeError(f"{status.decode().strip()} {rest[-300:].decode(errors='replace')}")
    try:
        while line := await reader.readline():
            yield line
    finally:
        writer.close()


async def post(port, path, body):
    """Sends a request and waits for its whole answer: (status, body)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        data = json.dumps(body).encode()
        writer.write((f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
                      f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n").encode() + data)
        head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
        return int(head.split()[1]), answer
    finally:
        writer.close()


async def stream(port, options, index, results):
    """One streaming completion of random tokens; records the arrival of each token."""
    generator = random.Random(index)
    prompt = [generator.randrange(1000, options.vocabulary) for _ in range(options.input_len)]
    body = {"model": options.served, "prompt": prompt, "max_tokens": options.output_len, "temperature": 0,
            "ignore_eos": True, "stream": True, "stream_options": {"include_usage": True}}
    start = time.perf_counter()
    times, tokens = [], 0
    async for line in request(port, "/v1/completions", body):
        if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
            continue
        chunk = json.loads(line[6:])
        if chunk.get("error"):
            raise RuntimeError(str(chunk["error"]))
        if chunk.get("choices"):
            times.append(time.perf_counter())
        if chunk.get("usage"):
            tokens = chunk["usage"]["completion_tokens"]
    results.append((start, times, tokens))


async def load(port, options):
    """Keeps so many clients busy until all requests are done."""
    results, pending = [], iter(range(options.requests))

    async def client():
        for index in pending:
            await stream(port, options, index, results)

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(options.clients)))
    return time.perf_counter() - start, results


def wait_ready(port, process):
    start = time.perf_counter()
    while process.poll() is None and time.perf_counter() - start < 300:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if b" 200 " in connection.recv(4096):
                    return
        except OSError:
            pass
        time.sleep(0.005)
    sys.exit("the server did not become ready")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--served", help="the model's name in requests (default: the folder)")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=48)
    parser.add_argument("--input-len", type=int, default=128)
    parser.add_argument("--output-len", type=int, default=64)
    parser.add_argument("--vocabulary", type=int, default=150000)
    parser.add_argument("command", nargs="*", help="server command, behind --")
    options = parser.parse_args()
    options.served = options.served or options.model
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = options.command or [".build/release/vllm", "serve", "{model}", "--host", "127.0.0.1", "--port", "{port}",
                                  "--kv-cache-memory-bytes", "1GiB"]
    command = [part.replace("{model}", options.model).replace("{port}", str(port)) for part in command]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(os.devnull, "w"))
    try:
        wait_ready(port, process)
        print(f"ready             {time.perf_counter() - start:.2f} s")
        print("resident at ready", {name: f"{value:.0f} MiB" for name, value in resident(process.pid).items()})
        seconds, results = asyncio.run(load(port, options))
        first = [times[0] - begin for begin, times, _ in results]
        gaps = [later - earlier for _, times, _ in results for earlier, later in zip(times, times[1:])]
        tokens = sum(count for _, _, count in results)
        print(f"load              {options.clients} clients, {options.requests} requests, "
              f"{options.input_len} in, {options.output_len} out, {seconds:.1f} s")
        print(f"output tokens/s   {tokens / seconds:.1f}")
        print(f"first token       median {quantile(first, .5) * 1e3:.0f} ms, p99 {quantile(first, .99) * 1e3:.0f} ms")
        print(f"between tokens    median {quantile(gaps, .5) * 1e3:.1f} ms, p99 {quantile(gaps, .99) * 1e3:.1f} ms")
        print("resident after   ", {name: f"{value:.0f} MiB" for name, value in resident(process.pid).items()})
    finally:
        process.send_signal(signal.SIGTERM)
        print("exit code        ", process.wait(timeout=60))


if __name__ == "__main__":
    main()
