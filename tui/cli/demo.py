"""`taloscope demo`: the lab in a process of its own, and the dashboard on it."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tui.cli import dashboard, lab
from tui.cli.output import USAGE, complain
from tui.cli.terminal import trouble
from tui.clock import Clock, SystemClock

READY_SECONDS = 20.0
END_SECONDS = 5.0
LAST = "LAB_CONTROL_URL"
"""The last of the lab's variables."""


class LabError(Exception):
    """The lab did not start; it has said why on standard error."""


def run(arguments: Sequence[str]) -> int:
    """Open the dashboard on a lab started with these arguments, and end both."""
    if {"-h", "--help"} & set(arguments):
        lab.options_parser("demo").print_help()
        return 0
    if problem := trouble(os.environ):
        complain(problem)
        return USAGE
    print("Starting the lab ...", file=sys.stderr, flush=True)
    try:
        with running_lab(arguments, SystemClock()) as variables:
            path = Path(variables["TALOSCOPE_CONFIG"])
            # What happens in a lab is nothing to remember.
            state = {"XDG_STATE_HOME": str(path.parent)}
            return dashboard.run(path, {**os.environ, **variables, **state})
    except LabError as error:
        complain(error)
        return USAGE


@contextmanager
def running_lab(arguments: Sequence[str], clock: Clock) -> Iterator[Mapping[str, str]]:
    """A lab that answers, and its variables. It is ended with the block.

    It watches this process too: it ends even when we have no time to end it.
    """
    command = [sys.executable, "-m", "tui.lab", "--parent", str(os.getpid())]
    process = subprocess.Popen(  # noqa: S603 - ourselves, and what the operator typed
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,  # ctrl-c in our terminal is ours to handle
    )
    try:
        if process.stdout is None:
            raise AssertionError("it was asked for as a pipe")
        with process.stdout as output:
            yield _variables(output, clock)
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _variables(output: IO[bytes], clock: Clock) -> Mapping[str, str]:
    """The KEY=value lines that the lab prints when everything answers."""
    deadline = clock.monotonic() + READY_SECONDS
    text = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while f"{LAST}=".encode() not in text or not text.endswith(b"\n"):
            if not selector.select(deadline - clock.monotonic()):
                raise LabError(f"the lab was not ready after {READY_SECONDS:.0f} s")
            piece = os.read(output.fileno(), 4096)
            if not piece:
                raise LabError("the lab did not start")
            text += piece
    pairs = (line.partition("=") for line in text.decode().splitlines())
    return {name: value for name, _, value in pairs}
