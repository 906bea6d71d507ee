"""Dashboards that record are killed at random moments: at most five seconds are gone.

What is gone is told by two witnesses: our clock, and numbered kernel lines that
somebody pushes to the lab's Loki meanwhile.
"""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.e2e.terminals import in_terminal
from tui.clock import SystemClock
from tui.tape.framing import TapeError
from tui.tape.shelf import Shelf

pytestmark = pytest.mark.terminal
CLOCK = SystemClock()
MARK = "numbered line "
ROUNDS, AT_ONCE = 10, 2
"""Two record into one folder at a time, as they may. Four that start at once on two
slow cores are ten seconds behind their Loki: no record has what nobody has read."""
LOST = timedelta(seconds=5)
READY_SECONDS = 40.0
BEAT_SECONDS = 0.25


@dataclass
class Pusher:
    """Gives Loki a numbered line four times a second."""

    lab: RunningLab
    pushed: list[datetime] = field(default_factory=list)
    """When Loki had taken the line of that number."""
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is done."""
        while not self.done.wait(BEAT_SECONDS):
            self._push(f"{MARK}{len(self.pushed)}")
            self.pushed.append(CLOCK.now())

    def _push(self, line: str) -> None:
        at = str(int(CLOCK.now().timestamp() * 1e9))
        labels = {"cluster": "prod", "job": "talos-kernel", "host": "10.10.0.40"}
        body = {"streams": [{"stream": labels, "values": [[at, line]]}]}
        request = urllib.request.Request(
            self.lab.environment["LOKI_URL"] + "/loki/api/v1/push",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()


@contextmanager
def pushing(lab: RunningLab) -> Iterator[Pusher]:
    pusher = Pusher(lab)
    thread = threading.Thread(target=pusher.run)
    thread.start()
    try:
        yield pusher
    finally:
        pusher.done.set()
        thread.join()


def numbers(path: Path) -> list[int]:
    """Those of the lines in the newest moment of a file."""
    shelf = Shelf(path)
    log = shelf.moment(shelf.span()[1]).logs["prod"]
    lines = [each.line for each in log.entries if each.line.startswith(MARK)]
    return [int(line[len(MARK) :]) for line in lines]


def recording(folder: Path, pid: int) -> Path:
    """The file of that process, once a numbered line is in it."""
    deadline = CLOCK.monotonic() + READY_SECONDS
    while CLOCK.monotonic() < deadline:
        for path in folder.glob(f"*-{pid:x}??????.tape"):
            try:
                if numbers(path):
                    return path
            except (TapeError, KeyError):
                continue
        threading.Event().wait(0.1)
    raise AssertionError(f"{pid} has recorded no line: {list(folder.iterdir())}")


def killed(lab: RunningLab, folder: Path, after: list[float]) -> dict[Path, datetime]:
    """Kill as many dashboards, each so many seconds after all record: when, by file."""
    found = {}
    with ExitStack() as stack:
        running = [
            stack.enter_context(in_terminal(environ=lab.environment)) for _ in after
        ]
        paths = [recording(folder, each.pid) for each in running]
        began = CLOCK.monotonic()
        for seconds, path, process in sorted(
            zip(after, paths, running, strict=True), key=lambda each: each[0]
        ):
            threading.Event().wait(max(0.0, began + seconds - CLOCK.monotonic()))
            found[path] = CLOCK.now()
            process.kill()
            process.wait()
    return found


def test_whenever_it_is_killed_no_more_than_five_seconds_are_gone(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "taloscope" / "tape"
    random = Random(20)
    ends: dict[Path, datetime] = {}
    with running_lab("--at", "3m") as lab, pushing(lab) as pusher:
        lab.environment["XDG_STATE_HOME"] = str(tmp_path)
        for _ in range(ROUNDS):
            ends |= killed(lab, folder, [random.uniform(0, 5) for _ in range(AT_ONCE)])
    assert len(ends) == ROUNDS * AT_ONCE
    for path, end in ends.items():
        first, last = Shelf(path).span()
        assert end - last <= LOST, path
        there = numbers(path)
        due = [n for n, at in enumerate(pusher.pushed) if at <= end - LOST]
        assert [n for n in due if n >= there[0] and n not in there] == [], path
        # The folder is read as a whole too, whatever lies torn in it.
        whole = Shelf(folder)
        assert end - whole.moment(end).at <= LOST
        assert whole.span()[0] <= first
        whole.notes()
