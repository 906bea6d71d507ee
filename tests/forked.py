"""Processes of the product that are forked from one that has imported it already.

A third of the processor's time of a `taloscope check` on the lab goes into imports, and
a suite begins hundreds. Each is a process all the same: its own environment, streams,
signals and end. What is told of the program's own beginning is tested with real ones.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

PROGRAM, LAB = "tui.cli.main", "tui.lab.__main__"
IMPORTED = (PROGRAM, LAB, "tui.cli.silence_add", "tui.cli.streams", "tui.engine.engine")
"""What most verbs load; the rest loads what it needs itself."""
UNTOLD = {"GRPC_VERBOSITY": "NONE"}
"""The product sets it before it imports gRPC, which looks at it then."""
MESSAGE_BYTES = 200_000


class Forked:
    """A process whose parent is the one that forks."""

    def __init__(self, status: int) -> None:
        self._status = status
        self.pid = int.from_bytes(self._told(None), "big")
        self._code: int | None = None

    def wait(self, timeout: float | None) -> int:
        """Its exit code, as of subprocess; TimeoutExpired when it goes on."""
        if self._code is None:
            self._code = int.from_bytes(self._told(timeout), "big", signed=True)
            os.close(self._status)
        return self._code

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal, unless it is known to have ended."""
        if self._code is None:
            os.kill(self.pid, number)

    def _told(self, timeout: float | None) -> bytes:
        if not select.select([self._status], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        told = os.read(self._status, 4)
        assert len(told) == 4, "the process that forks is gone"
        return told


def begin(
    module: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    streams: tuple[int, int, int],
) -> Forked:
    """Run `main()` of PROGRAM or LAB.

    streams     standard input, output and error
    """
    status, ours = os.pipe()
    message = json.dumps([module, list(arguments), dict(environ), str(Path.cwd())])
    asked, lock = _forking()
    with lock:
        socket.send_fds(asked, [message.encode()], [*streams, ours])
    os.close(ours)
    return Forked(status)


def run(
    arguments: Sequence[str], environ: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """`taloscope` with these arguments, and with nothing on its standard input."""
    pipes = os.pipe(), os.pipe()
    with Path(os.devnull).open() as nothing:
        process = begin(
            PROGRAM, arguments, environ, (nothing.fileno(), pipes[0][1], pipes[1][1])
        )
    for _, end in pipes:
        os.close(end)
    told = ["", ""]

    def read(number: int) -> None:
        with os.fdopen(pipes[number][0], encoding="utf-8") as stream:
            told[number] = stream.read()

    readers = [threading.Thread(target=read, args=(number,)) for number in (0, 1)]
    for reader in readers:
        reader.start()
    try:
        code = process.wait(timeout)
    finally:
        process.kill()
        for reader in readers:
            reader.join()
    return subprocess.CompletedProcess(arguments, code, *told)


@cache
def _forking() -> tuple[socket.socket, threading.Lock]:
    """The process that forks, begun when it is first needed; it ends with us."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(its.fileno())],
            env={**os.environ, **UNTOLD},
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours, threading.Lock()


def _fork_when_asked(number: int) -> str | None:
    """Fork for each message.

    returns     in a child: the module whose `main` it runs; in us, when nobody is left
                who asks: None
    """
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    asking = socket.socket(fileno=number)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    on_end = signal.signal(signal.SIGCHLD, lambda *_: None)
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(wake)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([number, woken], [], [])
        if woken in ready:
            os.read(woken, 1024)
            _tell_ends(running)
        if number not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(asking, MESSAGE_BYTES, 4)
        if not message:
            return None
        *streams, status = descriptors
        child = os.fork()
        if not child:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, on_end)
            signal.signal(signal.SIGINT, on_interrupt)
            asking.close()
            for descriptor in (woken, wake, status, *running.values()):
                os.close(descriptor)
            return _become(message, streams)
        for descriptor in streams:
            os.close(descriptor)
        os.write(status, child.to_bytes(4, "big"))
        running[child] = status


def _tell_ends(running: dict[int, int]) -> None:
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        code = os.waitstatus_to_exitcode(status)
        told = running.pop(child)
        with suppress(BrokenPipeError):  # nobody waits for it
            os.write(told, code.to_bytes(4, "big", signed=True))
        os.close(told)


def _become(message: bytes, streams: Sequence[int]) -> str:
    """Take over what the message says of the child."""
    module, arguments, environ, folder = json.loads(message)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    os.chdir(folder)
    sys.argv[1:] = arguments
    return str(module)


if __name__ == "__main__":
    chosen = _fork_when_asked(int(sys.argv[1]))
    if chosen is not None:
        sys.exit(importlib.import_module(chosen).main())
