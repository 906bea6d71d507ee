from __future__ import annotations

import os
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.chronicle.scenes import BEGAN, ENDPOINT, REASONS, at, judged, silence
from tests.state.books import ALERT, Run, rows
from tui.chronicle.known import GRACE
from tui.model.alert import Verdict
from tui.model.change import Began, Ended, Silenced, Turned
from tui.state.book import FILE, Book
from tui.state.book_file import BookError
from tui.state.book_pages import MOST_CHANGES
from tui.state.book_trim import trim

FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL
GONE = int(GRACE.total_seconds()) + 30


def test_what_happened_is_remembered_by_the_next_run(tmp_path: Path) -> None:
    first = Run(tmp_path)
    first.look(0, judged())
    made = silence(made=at(5), comment="False positive: Cilium")
    first.look(10, judged(silenced_by=("s1",)), silences=[made])
    first.look(20, judged(REAL, silenced_by=("s1",)), silences=[made])
    told = first.changes
    first.book.close()
    second = Run(tmp_path, 60, "two")
    assert second.changes == told
    assert [type(each.what) for each in told] == [Began, Silenced, Turned]


def test_the_next_run_knows_all_that_this_one_knew(tmp_path: Path) -> None:
    first = Run(tmp_path)
    made = silence(made=at(-5), comment="False positive")
    first.look(0, judged(silenced_by=("s1",)), silences=[made])
    first.look(20, judged(REAL, silenced_by=("s1",)), silences=[made])
    (old,) = first.known.sights.values()
    first.book.close()
    second = Run(tmp_path, 60, "two")
    (new,) = second.known.sights.values()
    assert new.key == old.key
    assert (new.turned, new.real) == (old.turned, old.real)
    assert new.silences == old.silences
    assert new.judged.judgement == replace(old.judged.judgement, runbook="")
    assert new.judged.alert.labels == old.judged.alert.labels
    assert second.known.cleared == {ALERT: at(20)}


def test_what_was_told_before_is_told_by_the_same_objects(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.look(0, judged())
    (began,) = run.changes
    run.look(10, judged(REAL))
    again, turned = run.changes
    assert again is began
    assert isinstance(turned.what, Turned)


def test_whose_an_alert_is_may_be_known_later(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.look(0, replace(judged(), cluster="monit"))
    run.look(10, judged())
    (change,) = run.changes
    assert change.subject.cluster == "prod"
    assert rows(tmp_path, "SELECT cluster FROM episode") == [("prod",)]


def test_nothing_happened_when_all_is_as_the_run_before_left_it(tmp_path: Path) -> None:
    first = Run(tmp_path)
    first.look(0, judged())
    first.book.close()
    second = Run(tmp_path, 3600, "two")
    second.look(3600, judged())
    assert second.kinds == ["Began"]


def test_what_turned_between_two_runs_turned_between_two_moments(
    tmp_path: Path,
) -> None:
    first = Run(tmp_path)
    first.look(0, judged())
    first.book.close()
    second = Run(tmp_path, 3600, "two")
    second.look(3600, judged(REAL))
    (_, change) = second.changes
    assert isinstance(change.what, Turned)
    assert (change.after, change.at) == (at(0), at(3600))
    assert change.what.reason == REASONS[REAL]


def test_what_ended_between_two_runs_ended_between_two_moments(tmp_path: Path) -> None:
    first = Run(tmp_path)
    first.look(0, judged())
    first.book.close()
    second = Run(tmp_path, 3600, "two")
    second.watch(3600, 3600 + GONE)
    (_, change) = second.changes
    assert isinstance(change.what, Ended)
    assert (change.after, change.at) == (at(0), at(3600))
    (episode,) = second.book.episodes(ALERT)
    assert episode.ended is not None
    assert (episode.ended.after, episode.ended.at) == (at(0), at(3600))


def test_a_killed_run_is_like_one_that_left(tmp_path: Path) -> None:
    """It neither closed its file nor told anybody that it stopped."""
    Run(tmp_path).watch(0, 60, judged())
    second = Run(tmp_path, 3600, "two")
    second.look(3600, judged(REAL))
    assert (second.changes[-1].after, second.changes[-1].at) == (at(60), at(3600))


def test_an_alert_that_comes_back_within_the_same_episode_never_ended(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path)
    run.look(0, judged())
    run.watch(30, 30 + GONE)
    assert run.kinds == ["Began", "Ended"]
    run.look(300, judged())
    assert run.kinds == ["Began"]


def test_two_episodes_of_one_alert_are_two(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.watch(0, 60, judged())
    run.watch(90, 90 + GONE)
    run.look(300, judged(REAL, starts_at=at(290)))
    newest, oldest = run.book.episodes(ALERT)
    assert newest.judged.alert.starts_at == at(290)
    assert oldest.judged.alert.starts_at == BEGAN
    assert newest.ended is None
    assert oldest.ended is not None
    assert [type(each.what) for each in oldest.changes] == [Began, Ended]


def test_of_an_episode_that_turns_for_ever_the_first_and_the_newest_are_told(
    tmp_path: Path,
) -> None:
    """All of it would be asked for, drawn and recorded anew each few seconds."""
    run = Run(tmp_path)
    turns = MOST_CHANGES + 10
    for number in range(turns + 1):
        run.look(10 * number, judged(REAL if number % 2 else FALSE))
    (episode,) = run.book.episodes(ALERT)
    assert len(episode.changes) == MOST_CHANGES
    assert isinstance(episode.changes[0].what, Began)
    assert [each.at for each in episode.changes[-2:]] == [
        at(10 * (turns - 1)),
        at(10 * turns),
    ]
    assert episode.left_out == turns + 1 - MOST_CHANGES


def test_of_two_runs_at_once_one_writes(tmp_path: Path) -> None:
    one, two = Run(tmp_path), Run(tmp_path, 0, "two")
    for seconds in range(0, 600, 10):
        verdict = REAL if seconds >= 300 else FALSE
        one.look(seconds, judged(verdict))
        two.look(seconds + 3, judged(verdict))
    assert one.kinds == two.kinds == ["Began", "Turned"]
    assert two.changes[-1].at == at(300)
    (habit,) = one.book.habits(at(600)).habits
    assert habit.times == 1
    assert habit.firing_seconds == 590


def test_runs_that_do_not_agree_do_not_fill_the_file(tmp_path: Path) -> None:
    one, two = Run(tmp_path), Run(tmp_path, 0, "two")
    for seconds in range(0, 300, 10):
        one.look(seconds, judged(FALSE))
        two.look(seconds + 3, judged(Verdict.UNDECIDED))
    assert one.kinds == ["Began"]


def test_another_run_goes_on_when_the_first_has_left(tmp_path: Path) -> None:
    one, two = Run(tmp_path), Run(tmp_path, 0, "two")
    one.look(0, judged())
    two.look(3, judged())
    one.book.close()
    two.look(13, judged(REAL))
    assert two.kinds == ["Began", "Turned"]


def test_another_run_takes_over_when_the_first_has_gone_quiet(tmp_path: Path) -> None:
    one, two = Run(tmp_path), Run(tmp_path, 0, "two")
    one.look(0, judged())
    for seconds in range(3, 240, 30):
        two.look(seconds, judged(REAL if seconds > 60 else FALSE))
    assert two.kinds == ["Began", "Turned"]
    assert two.changes[-1].at == at(63)
    one.look(240, judged(REAL))
    assert len(rows(tmp_path, "SELECT DISTINCT writer FROM watch")) == 2
    assert one.kinds == ["Began", "Turned"]


def test_two_alertmanagers_may_be_written_by_two_runs(tmp_path: Path) -> None:
    here, there = judged(), replace(judged(), endpoint="http://elsewhere:9093")
    one = Run(tmp_path)
    one.look(0, here, there)
    assert [each.subject.key.endpoint for each in one.changes] == [ENDPOINT]


def test_an_outage_is_no_time_in_which_it_fired(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.watch(0, 60, judged())
    for seconds in range(90, 3600, 30):
        run.look(seconds, judged(), listed=60, is_failing=True)
    run.watch(3600, 3660, judged())
    found = run.book.habits(at(3660))
    (habit,) = found.habits
    assert habit.firing_seconds == 120
    assert habit.times == 1
    window = timedelta(days=30).total_seconds()
    assert found.coverage == {ENDPOINT: pytest.approx(120 / window)}


def test_a_clock_that_was_ahead_does_not_stop_the_history(tmp_path: Path) -> None:
    year = 365 * 86_400
    wrong = Run(tmp_path, year)
    wrong.look(year, judged())
    wrong.book.close()
    right = Run(tmp_path, 0, "two")
    right.look(0, judged(REAL))
    right.look(30, judged(REAL))
    assert right.kinds == ["Began", "Turned"]
    assert rows(tmp_path, "SELECT count(*) FROM watch") == [(2,)]


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "taloscope"
    Run(folder).look(0, judged())
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_one_who_only_reads_makes_no_file(tmp_path: Path) -> None:
    book = Book(tmp_path / FILE, "check", writes=False)
    assert book.known(at(0)).sights == {}
    assert book.changes() == ()
    assert not (tmp_path / FILE).exists()


def test_one_who_only_reads_sees_what_others_write(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.look(0, judged())
    book = Book(tmp_path / FILE, "check", writes=False)
    assert list(book.known(at(0)).sights) == [ALERT]
    run.look(10, judged(REAL))
    assert len(book.changes()) == 2


def damaged(tmp_path: Path, how: str) -> Path:
    run = Run(tmp_path)
    run.look(0, *(judged(name=f"Alert{n}") for n in range(50)))
    run.book.close()
    path = tmp_path / FILE
    data = path.read_bytes()
    match how:
        case "torn":
            path.write_bytes(data[: len(data) // 2 + 100])
        case "overwritten":
            path.write_bytes(data[:4096] + os.urandom(len(data) - 4096))
        case "no database":
            path.write_bytes(b"PNG" + data[:5000])
        case "rows of others":
            with sqlite3.connect(path) as db:
                db.execute("UPDATE episode SET facts = '{}'")
            db.close()
    return path


@pytest.mark.parametrize(
    "how", ["torn", "overwritten", "no database", "rows of others"]
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(
    tmp_path: Path, how: str
) -> None:
    path = damaged(tmp_path, how)
    book = Book(path, "two")
    try:
        known = book.known(at(10))
    except BookError:
        # Found while it was read, not while it was opened.
        known = book.known(at(10))
    assert known.sights == {}
    assert "damaged" in book.note
    assert path.with_name(f"{FILE}.damaged").exists()
    run = Run(tmp_path, 20, "three")
    run.look(20, judged())
    assert run.kinds == ["Began"]


def test_one_who_only_reads_leaves_a_damaged_file_alone(tmp_path: Path) -> None:
    path = damaged(tmp_path, "torn")
    with pytest.raises(BookError, match="damaged"):
        Book(path, "check", writes=False).known(at(10))
    assert path.exists()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Run(tmp_path).look(0, judged())
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(BookError, match="newer taloscope"):
        Book(tmp_path / FILE, "two").known(at(10))
    assert (tmp_path / FILE).read_bytes() == before


def test_a_place_that_cannot_be_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BookError, match=r"[Nn]ot a directory|File exists"):
        Book(tmp_path / "file" / FILE, "one").known(at(0))


def test_a_full_disk_is_told_and_what_was_missed_is_written_later(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path)
    run.look(0, judged())
    db = run.book._db
    assert db is not None
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")
    many = [judged(name=f"Alert{n}") for n in range(300)]
    with pytest.raises(BookError, match="the disk is full"):
        run.look(10, *many, judged(REAL))
    assert run.kinds == ["Began"]
    run.look(20, *many, judged(REAL))
    assert sorted(run.kinds) == sorted(["Began"] * 301 + ["Turned"])
    assert run.changes[-1].at == at(10)


def test_a_file_that_another_program_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.state.book_file.BUSY_SECONDS", 0.05)
    run = Run(tmp_path)
    run.look(0, judged())
    run.book.close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(BookError, match="another program holds it"):
        run.look(10, judged(REAL))
    other.execute("ROLLBACK")
    other.close()
    run.look(20, judged(REAL))
    assert run.kinds == ["Began", "Turned"]


def test_of_an_alertmanager_that_is_not_read_nothing_is_loaded(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.watch(0, 60, judged(REAL))
    run.book.close()
    book = Book(tmp_path / FILE, "two")
    assert list(book.known(at(90), {ALERT[0]}).sights) == [ALERT]
    other = book.known(at(90), {"http://other:9093"})
    assert (other.sights, other.watches, other.cleared) == ({}, {}, {})


def test_where_there_is_too_much_what_nobody_reads_any_more_goes(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path)
    run.watch(0, 60, judged(REAL))
    db = sqlite3.connect(tmp_path / FILE)
    trim(db, at(120), 1)
    assert list(run.book.known(at(120)).sights) == [ALERT]  # it is still read
    trim(db, at(2 * 3600), 1)
    assert run.book.known(at(2 * 3600)).sights == {}
