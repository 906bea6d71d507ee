"""The program is stopped while the estate goes on, as by a lid that is shut a while.

Numbered kernel lines are pushed meanwhile, and an alert turns real. Somebody is called
once, no line is lost or doubled, and all is read again within a refresh.
"""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.labs import running_lab
from tests.e2e.test_calls import calling, dashboard, move, names_in
from tests.e2e.test_tape_killed import numbers, pushing, recording
from tui.clock import SystemClock
from tui.model.fleet import SourceStatus
from tui.tape.shelf import Shelf

pytestmark = pytest.mark.terminal
CLOCK = SystemClock()
STOPPED_SECONDS = 20.0
REFRESH = timedelta(seconds=10)
BUSY = 2
"""So many refreshes on a machine that others use too."""


def polled(path: Path, at: datetime) -> list[SourceStatus]:
    """What is read once a refresh, as it was recorded at a time."""
    clusters = Shelf(path).moment(at).fleet.clusters
    return [
        each
        for cluster in clusters
        for each in cluster.sources
        if each.interval_seconds <= REFRESH.total_seconds()
    ]


def read_after(path: Path, since: datetime) -> datetime | None:
    """When all had been read again; None as long as that is not so."""
    newest = Shelf(path).span()[1]
    seen = [each.observed_at for each in polled(path, newest)]
    read = [at for at in seen if at is not None and at > since]
    return max(read) if len(read) == len(seen) else None


def test_a_program_that_was_stopped_knows_what_happened_meanwhile(
    tmp_path: Path,
) -> None:
    folder, kept = tmp_path / "taloscope" / "tape", tmp_path / "kept"
    with running_lab("--at", "1m", "--speed", "0") as lab, pushing(lab) as pusher:
        environ = {**calling(lab, kept), "XDG_STATE_HOME": str(tmp_path)}
        with dashboard(environ) as terminal:
            terminal.until(b"Cilium replaces it")
            pid = terminal.process.pid
            terminal.until_true(lambda: any(folder.glob("*.tape")))
            path = recording(folder, pid)
            os.kill(pid, signal.SIGSTOP)
            before = len(pusher.pushed)
            move(lab, "4m40s")
            threading.Event().wait(STOPPED_SECONDS)
            since = CLOCK.now()
            during = len(pusher.pushed)
            os.kill(pid, signal.SIGCONT)
            terminal.until_true(lambda: "KubeProxyDown" in names_in(kept))
            terminal.until_true(lambda: read_after(path, since) is not None)
            terminal.until_true(lambda: during in numbers(path))
        read = read_after(path, since)
        assert read is not None
        assert read - since < BUSY * REFRESH
        assert names_in(kept).count("KubeProxyDown") == 1
        there = numbers(path)
        assert there == list(range(there[0], there[-1] + 1))
        assert there[0] < before < during <= there[-1]
        assert Shelf(path).moment(CLOCK.now()).logs["prod"].gaps == ()
