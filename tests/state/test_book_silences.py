"""What the history tells of silences."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.chronicle.scenes import ENDPOINT, at, judged, silence
from tests.state.books import Run
from tui.chronicle.known import GRACE

MADE = silence(made=at(0))
QUIET = judged(silenced_by=(MADE.id,))
GONE = int(GRACE.total_seconds()) + 30


def test_a_silence_that_hides_something_did_so_when_we_last_looked(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path)
    for seconds in (0, 30, 60):
        run.look(seconds, QUIET, silences=[MADE])
    assert run.book.silences(at(60)).last == {MADE.id: at(60)}


def test_it_last_hid_an_alert_when_it_ceased_to(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.look(0, QUIET, silences=[MADE])
    for seconds in (30, 60, 90):
        run.look(seconds, judged(), silences=[MADE])
    assert run.book.silences(at(90)).last == {MADE.id: at(30)}


def test_it_last_hid_an_alert_when_that_ended(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.look(0, QUIET, silences=[MADE])
    run.watch(30, 30 + GONE)
    found = run.book.silences(at(30 + GONE)).last[MADE.id]
    assert at(0) < found < at(30 + GONE)


def test_one_that_never_hid_anything_is_not_remembered(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.look(0, judged(), silences=[MADE])
    assert run.book.silences(at(0)).last == {}


def test_how_much_was_looked_at_is_told_of_the_last_week(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.watch(0, 3600, judged())
    looked = run.book.silences(at(3600)).looked[ENDPOINT]
    assert looked.since == at(0)
    week = timedelta(days=7).total_seconds()
    assert looked.share == pytest.approx(3600 / week, rel=0.02)


def test_who_looked_twice_at_one_hour_looked_for_an_hour(tmp_path: Path) -> None:
    """A clock was put back; else half a week would pass for a whole one."""
    run = Run(tmp_path)
    for _ in range(3):
        run.watch(0, 3600, judged())
    (looked,) = run.book.silences(at(3600)).looked.values()
    assert looked.share == pytest.approx(1 / 168, rel=0.02)
