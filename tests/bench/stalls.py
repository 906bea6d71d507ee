"""`python -m tests.bench.stalls FILE ARGUMENT...`: taloscope and a stopwatch.

The program is ours as it is. What is measured is put into asyncio around it, and only
here: how long each step of the event loop takes, by the clock and by the CPU that its
thread used. A machine that others load stretches the first and leaves the second alone.

FILE gets one line of JSON for each step that took longer than NOTED_MS, at the end,
and one of no length for the end itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

NOTED_MS = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """One long step of the loop."""

    at_seconds: float
    """Since the stopwatch was started."""
    wall_ms: float
    cpu_ms: float
    what: str


class Stopwatch:
    """Times every callback that asyncio runs inside its block; keeps the long ones."""

    def __init__(self) -> None:
        self.kept: list[Step] = []

    def __enter__(self) -> Self:
        run = self._run = asyncio.events.Handle._run
        wall, cpu = time.perf_counter, time.thread_time
        began = self._began = wall()

        def timed(handle: asyncio.Handle) -> None:
            at, used = wall(), cpu()
            run(handle)
            took = (wall() - at) * 1000
            if took > NOTED_MS:
                spent = (cpu() - used) * 1000
                self.kept.append(Step(at - began, took, spent, _named(handle)))

        asyncio.events.Handle._run = timed  # type: ignore[method-assign,assignment]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.events.Handle._run = self._run  # type: ignore[method-assign]
        self.end = Step(time.perf_counter() - self._began, 0.0, 0.0, "the end")

    def over(self, cpu_ms: float) -> list[Step]:
        """Those that took as much CPU, or more."""
        return [step for step in self.kept if step.cpu_ms >= cpu_ms]

    def lines(self) -> str:
        """What was kept, as JSON lines."""
        steps = (*self.kept, self.end)
        return "".join(json.dumps(asdict(step)) + "\n" for step in steps)


def _named(handle: Any) -> str:
    """What ran: the coroutine of a task and where it stands, else the function."""
    callback = handle._callback
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return str(getattr(callback, "__qualname__", callback))
    inner: Any = task.get_coro()
    # asyncio closes generators by tasks whose coroutine has no name.
    name, places = getattr(inner, "__qualname__", type(inner).__name__), []
    while (frame := getattr(inner, "cr_frame", None)) is not None:
        places.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        inner = inner.cr_await
    return f"{task.get_name()} {name} {' < '.join(reversed(places[-3:]))}".rstrip()


def main() -> int:
    """Run the program until it ends, then write down what was slow."""
    path, *arguments = sys.argv[1:]
    stopwatch = Stopwatch()
    try:
        with stopwatch:
            from tui.cli.main import main as taloscope  # noqa: PLC0415 - what is timed

            return taloscope(arguments)
    finally:
        Path(path).write_text(stopwatch.lines())


if __name__ == "__main__":
    sys.exit(main())
