# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Runs commands, ends what it started, and remembers what it ran."""

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time


class Failed(Exception):
    """A command failed or took too long; says which, with the end of its output."""


class Runner:
    def __init__(self, verbose=False):
        self.commands = []
        self.verbose = verbose
        # Some tools write logs where they run.
        self.folder = tempfile.TemporaryDirectory()

    def note(self, command):
        line = shlex.join(map(str, command))
        line = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", line.replace(tempfile.gettempdir() + "/tmp", "tmp"))
        line = re.sub(r"\btmp\w{8}/", "", line)
        if line not in self.commands:
            self.commands.append(line)
        if self.verbose:
            print(f"$ {line}", flush=True)

    def run(self, command, timeout, environment=None, merge=False):
        """Runs a command to its end and returns its standard output, with `merge` its standard error too."""
        self.note(command)
        with tempfile.TemporaryFile() as errors:
            process = self.start(command, subprocess.PIPE, subprocess.STDOUT if merge else errors, environment)
            try:
                output, _ = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                raise Failed(f"{command[0]} took more than {timeout} s and was ended.") from None
            finally:
                end(process)
            if process.returncode != 0:
                said = tail(errors) or output[-800:].decode(errors="replace")
                raise Failed(f"{command[0]} exited with {process.returncode}: {said}")
            return output.decode(errors="replace")

    @contextlib.contextmanager
    def server(self, command, timeout=180, environment=None):
        """Starts a server at a free port of the loopback, which replaces {port}; gives the port once /health answers 200."""
        port = free_port()
        self.note([str(part).replace("{port}", "PORT") for part in command])
        command = [str(part).replace("{port}", str(port)) for part in command]
        with tempfile.TemporaryFile() as errors:
            process = self.start(command, subprocess.DEVNULL, errors, environment)
            try:
                wait_ready(process, port, timeout, command[0], errors)
                yield port
            finally:
                end(process, patience=20)

    def start(self, command, output, errors, environment):
        try:
            # A session of its own, so that all that a command starts can be ended with it.
            return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                    env={**os.environ, **(environment or {})}, cwd=self.folder.name, start_new_session=True)
        except OSError as error:
            raise Failed(f"{command[0]} cannot be started: {error.strerror}.") from None


def end(process, patience=5):
    """Ends a process and its group, gently first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)


def tail(file):
    """The last lines of what a command said."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 800))
    return file.read().decode(errors="replace").strip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_ready(process, port, timeout, name, errors):
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise Failed(f"{name} exited with {process.returncode}: {tail(errors)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if b" 200 " in connection.recv(4096):
                return
        time.sleep(0.1)
    raise Failed(f"{name} was not ready after {timeout} s: {tail(errors)}")
