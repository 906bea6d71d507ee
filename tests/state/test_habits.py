"""What the history makes of an alert's name, and how it stays within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chronicle.scenes import ENDPOINT, at, fleet, judged, seen, silence
from tests.state.books import ALERT, Run, rows
from tui.chronicle.changes import changes
from tui.chronicle.known import GRACE, Known
from tui.model.alert import Verdict
from tui.model.change import Silenced, Turned
from tui.model.memory import Habit
from tui.state import book_trim
from tui.state.book_codec import stamp
from tui.state.book_file import connect
from tui.state.book_trim import KEPT
from tui.state.book_writer import BookWriter

FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL
HOUR, DAY = 3600, 86_400
GONE = int(GRACE.total_seconds()) + 30


def habit(run: Run, seconds: float, name: str = "KubeProxyDown") -> Habit:
    found = run.book.habits(at(seconds)).habits
    return next(each for each in found if each.name == name)


def test_time_is_counted_by_verdict_and_by_what_kept_it_quiet(tmp_path: Path) -> None:
    run = Run(tmp_path)
    made = silence(made=at(600))
    for seconds in range(0, HOUR + 1, 30):
        is_quiet = seconds >= 600
        alert = judged(
            REAL if seconds >= 3000 else FALSE,
            silenced_by=("s1",) if is_quiet else (),
        )
        run.look(seconds, alert, silences=[made] if is_quiet else [])
    found = habit(run, HOUR)
    assert found.firing_seconds == HOUR
    assert (found.false_seconds, found.real_seconds) == (3000, 600)
    assert found.silenced_seconds == 3000
    assert (found.times, found.false_times) == (1, 1)
    assert found.last_at == at(HOUR)
    assert found.newest.verdict is REAL


def test_episodes_are_counted_each_once(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for start in (0, 1000, 2000):
        run.watch(start, start + 300, judged(starts_at=at(start)))
        run.watch(start + 330, start + 330 + GONE)
    found = habit(run, 3000)
    assert found.times == found.false_times == 3
    assert found.false_seconds == pytest.approx(3 * 330)


def test_a_time_in_which_the_program_did_not_run_is_not_counted(tmp_path: Path) -> None:
    first = Run(tmp_path)
    first.watch(0, 300, judged())
    first.book.close()
    second = Run(tmp_path, DAY, "two")
    second.watch(DAY, DAY + 300, judged())
    found = second.book.habits(at(DAY + 300))
    assert found.habits[0].firing_seconds == 600
    assert found.coverage[ENDPOINT] == pytest.approx(600 / KEPT.total_seconds())


def test_a_run_that_watches_nothing_fire_counts_as_watching(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.watch(0, 600)
    found = run.book.habits(at(600))
    assert found.habits == ()
    assert found.coverage[ENDPOINT] == pytest.approx(600 / KEPT.total_seconds())


def test_what_was_false_for_the_longest_comes_first(tmp_path: Path) -> None:
    run = Run(tmp_path)
    often, always = judged(name="Often"), judged(name="Always")
    run.watch(0, 600, judged(REAL, name="Real"), often, always)
    run.watch(630, 1200, judged(REAL, name="Real"), always)
    found = [each.name for each in run.book.habits(at(1200)).habits]
    assert found == ["Always", "Often", "Real"]


def test_each_day_tells_how_much_of_what_was_seen_of_it_was_false(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path)
    run.watch(0, HOUR // 2, judged())
    run.watch(HOUR // 2 + 30, HOUR, judged(REAL))
    run.book.close()
    later = Run(tmp_path, 2 * DAY, "two")
    later.watch(2 * DAY, 2 * DAY + HOUR // 2, judged())
    days = habit(later, 2 * DAY + 2 * HOUR).days
    assert len(days) == 30
    assert days[-1] == pytest.approx(1)
    assert days[-2] is None
    assert days[-3] == pytest.approx(0.5, abs=0.02)
    assert days[:-3] == (None,) * 27


def test_names_of_two_clusters_are_two_habits(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.watch(0, 300, judged(), judged(name="Other"))
    assert {each.cluster for each in run.book.habits(at(300)).habits} == {"prod"}
    assert len(run.book.habits(at(300)).habits) == 2


def test_what_is_older_than_thirty_days_is_let_go(tmp_path: Path) -> None:
    old = Run(tmp_path)
    old.watch(0, 300, judged(name="Old"), judged(name="Long"))
    old.watch(330, 330 + GONE, judged(name="Long"))
    old.book.close()
    later = KEPT.total_seconds() + DAY
    new = Run(tmp_path, later, "two")
    new.look(later, judged(name="Long"), judged(name="New"))
    assert rows(tmp_path, "SELECT name FROM episode ORDER BY name") == [
        ("Long",),
        ("New",),
    ]
    # How long it fires is known from its own beginning.
    assert [each.subject.name for each in new.changes] == ["Long", "New"]
    assert rows(tmp_path, "SELECT count(*) FROM watch") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM span") == [(2,)]


def test_the_oldest_goes_first_when_there_is_too_much(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    db = connect(path, writes=True)
    assert db is not None
    writer, known = BookWriter(db, "one"), Known()
    for number in range(30):
        start = number * 300
        alerts = [
            judged(name=f"Alert{number}-{n}", starts_at=at(start)) for n in range(20)
        ]
        for seconds, listed in ((start, alerts), (start + 100, []), (start + 200, [])):
            after = seen(known, fleet(listed, seconds), seconds)
            writer.write(after, changes(known, after), at(seconds))
            known = after
    before = book_trim.size(db)
    book_trim.trim(db, at(30 * 300), before // 2)
    assert book_trim.size(db) <= before // 2
    left = [row[0] for row in db.execute("SELECT name FROM episode")]
    assert "Alert29-0" in left
    assert "Alert0-0" not in left
    db.close()
    assert path.stat().st_size <= before * 0.7


def test_a_name_is_remembered_as_false_for_thirty_days(tmp_path: Path) -> None:
    first = Run(tmp_path)
    first.watch(0, 300, judged())
    first.watch(330, 330 + GONE)
    first.book.close()
    within = KEPT.total_seconds() - DAY
    assert Run(tmp_path, within, "two").known.cleared.keys() == {ALERT}
    assert Run(tmp_path, within + 2 * DAY, "two").known.cleared == {}


def test_thousands_of_alerts_are_written_in_a_moment(tmp_path: Path) -> None:
    run = Run(tmp_path)
    alerts = [judged(name=f"Alert{n}") for n in range(2_000)]
    run.look(0, *alerts)
    run.look(30, *alerts)
    assert len(run.book.habits(at(30)).habits) == 200
    assert len(run.changes) == 1_000
    assert rows(tmp_path, "SELECT count(*) FROM episode") == [(2_000,)]


def test_an_hour_that_a_clock_lived_twice_was_seen_once(tmp_path: Path) -> None:
    run = Run(tmp_path)
    month = int(KEPT.total_seconds())
    run.look(0, judged(FALSE))
    db = connect(run.book.path, writes=True)
    assert db is not None
    twice = [(ENDPOINT, stamp(at(0)), stamp(at(month)), "")] * 2
    db.executemany(
        "INSERT INTO watch (endpoint, since, until, writer) VALUES (?, ?, ?, ?)", twice
    )
    db.close()
    assert run.book.habits(at(month)).coverage == {ENDPOINT: 1.0}


def test_what_a_clock_lived_twice_was_false_once(tmp_path: Path) -> None:
    """The second time it was real for a while: it was not both."""
    run = Run(tmp_path)
    run.watch(0, 2 * HOUR, judged(FALSE))
    run.look(HOUR, judged(FALSE))
    run.watch(HOUR + 30, HOUR + 600, judged(REAL))
    run.watch(HOUR + 630, 3 * HOUR, judged(FALSE))
    found = habit(run, DAY)
    assert found.firing_seconds == pytest.approx(3 * HOUR, abs=60)
    assert found.false_seconds + found.real_seconds == found.firing_seconds
    assert run.book.habits(at(3 * HOUR)).coverage[ENDPOINT] * 30 * 24 == pytest.approx(
        3, abs=0.02
    )


def test_a_silence_that_hides_again_hides_from_then_on(tmp_path: Path) -> None:
    """An Alertmanager that was restarted, or a peer, may list it unsilenced a while."""
    run = Run(tmp_path)
    made = silence()
    for seconds in range(0, HOUR + 1, 30):
        is_quiet = seconds % 300 != 0
        quiet = judged(silenced_by=("s1",) if is_quiet else ())
        run.look(seconds, quiet, silences=[made])
    found = habit(run, HOUR)
    assert found.firing_seconds == found.false_seconds == HOUR
    assert HOUR / 2 < found.silenced_seconds < HOUR
    silenced = [each.at for each in run.changes if isinstance(each.what, Silenced)]
    assert len(set(silenced)) == len(silenced)


def test_what_was_taken_for_ended_and_fires_on_otherwise_has_turned(
    tmp_path: Path,
) -> None:
    """As when a restarted Alertmanager is sent its alerts late."""
    run = Run(tmp_path)
    run.watch(0, 300, judged(FALSE))
    run.watch(330, 330 + GONE)
    run.watch(330 + GONE + 30, 900, judged(REAL))
    assert run.kinds == ["Began", "Turned"]
    turned = run.changes[-1]
    assert isinstance(turned.what, Turned)
    assert (turned.what.was, turned.what.verdict) == (FALSE, REAL)
    assert turned.after == at(330)
    assert turned.at == at(330 + GONE + 30)
