"""A report tells what is needed, never what is secret, and does not pile up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.state import crash

PASSWORD = "hunter2"
AT = datetime(2026, 2, 27, 3, 12, 40, tzinfo=UTC)


def refuse(password: str) -> None:
    raise ValueError(f"login {len(password)} refused")


def failed() -> Exception:
    try:
        refuse(PASSWORD)
    except ValueError as error:
        return error
    raise AssertionError


def test_it_tells_the_place_and_no_variables() -> None:
    text = crash.report(failed(), AT, ["taloscope 1.2.3"])
    assert "2026-02-27 03:12:40 UTC" in text
    assert "taloscope 1.2.3" in text
    assert "in refuse" in text
    assert "hunter2" not in text
    assert "ValueError: login 7 refused" in text


def test_what_looks_like_a_secret_or_steers_a_terminal_is_taken_out() -> None:
    assert crash.scrubbed("password = 'hunter2'") == "password = ***"
    assert crash.scrubbed("a\x1b[31mb\u202ec\nd") == "a [31mb c\nd"


def test_few_are_kept_and_each_is_told_once(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    kept = [
        crash.keep(folder, str(n), AT + timedelta(seconds=n))
        for n in range(crash.MOST + 2)
    ]
    assert len(list(folder.iterdir())) == crash.MOST
    newest = crash.untold(folder)
    assert newest is not None
    assert newest.read_text() == str(crash.MOST + 1)
    assert crash.untold(folder) is None
    assert not kept[-1].exists()


def test_nothing_is_told_where_nothing_can_be_read(tmp_path: Path) -> None:
    assert crash.untold(tmp_path / "absent") is None
