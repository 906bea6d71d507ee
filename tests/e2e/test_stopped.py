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
from tui.model.fleet import FeedKey, SourceState, SourceStatus
from tui.tape.shelf import Shelf

pytestmark = pytest.mark.terminal
CLOCK = SystemClock()
STOPPED_SECONDS = 20.0
REFRESH = timedelta(seconds=10)
BUSY = 2
"""So many refreshes on a machine that others use too."""
OFTEN = timedelta(seconds=4)
"""Five times while it is stopped."""


def polled(path: Path, at: datetime) -> list[SourceStatus]:
    """What is read once a refresh, as it was recorded at a time."""
    clusters = Shelf(path).moment(at).fleet.clusters
    found = {each: None for cluster in clusters for each in cluster.sources}
    return [each for each in found if each.interval_seconds <= REFRESH.total_seconds()]


def read_after(path: Path, since: datetime) -> datetime | None:
    """When all had been read again; None as long as that is not so."""
    newest = Shelf(path).span()[1]
    seen = [each.observed_at for each in polled(path, newest)]
    read = [at for at in seen if at is not None and at > since]
    return max(read) if len(read) == len(seen) else None


def refreshing(environ: dict[str, str], every: timedelta) -> dict[str, str]:
    """The same environment with a config that refreshes so often."""
    known = Path(environ["TALOSCOPE_CONFIG"])
    config = known.with_name("often.toml")
    seconds = every.total_seconds()
    pace = f'refresh = "{seconds:g}s"\ntimeout = "{seconds - 0.5:g}s"\n'
    config.write_text(pace + known.read_text())
    return {**environ, "TALOSCOPE_CONFIG": str(config)}


def asked(path: Path, at: datetime) -> dict[FeedKey, int]:
    """How often each source has been asked by then."""
    return {each.key: each.attempts for each in polled(path, at)}


def more_than(before: dict[FeedKey, int], path: Path) -> dict[FeedKey, int]:
    """How often each has been asked since; some are not asked for ever."""
    now = asked(path, Shelf(path).span()[1])
    return {key: now[key] - before[key] for key in before.keys() & now.keys()}


def test_after_refreshes_that_were_missed_each_source_is_asked_as_after_one(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "taloscope" / "tape"
    with running_lab("--at", "1m", "--speed", "0") as lab, pushing(lab):
        environ = {**lab.environment, "XDG_STATE_HOME": str(tmp_path)}
        environ.pop("TMUX", None)
        with dashboard(refreshing(environ, OFTEN)) as terminal:
            terminal.judged()
            pid = terminal.process.pid
            terminal.until_true(lambda: any(folder.glob("*.tape")))
            path = recording(folder, pid)
            os.kill(pid, signal.SIGSTOP)
            threading.Event().wait(STOPPED_SECONDS)
            since = CLOCK.now()
            known, before = polled(path, since), asked(path, since)
            os.kill(pid, signal.SIGCONT)
            terminal.until_true(lambda: min(more_than(before, path).values()) > 0)
        until, more = Shelf(path).span()[1], more_than(before, path)
        # What was known is as old as it is, until it has been read again.
        assert SourceState.LIVE not in {each.state(since) for each in known}
        # One was not on the disk yet, one under way; from then on once a refresh:
        # the five that were missed are not made up for.
        assert max(more.values()) <= 3 + (until - since) / OFTEN, more


def test_a_program_that_was_stopped_knows_what_happened_meanwhile(
    tmp_path: Path,
) -> None:
    folder, kept = tmp_path / "taloscope" / "tape", tmp_path / "kept"
    with running_lab("--at", "1m", "--speed", "0") as lab, pushing(lab) as pusher:
        environ = {**calling(lab, kept), "XDG_STATE_HOME": str(tmp_path)}
        with dashboard(environ) as terminal:
            terminal.judged()
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
