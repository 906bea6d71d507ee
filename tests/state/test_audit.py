from __future__ import annotations

import asyncio
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.judged import NOW
from tui.state import audit, place
from tui.state.audit import AuditLog, Became, Entry

ENTRY = Entry(
    NOW,
    "1",
    "silence.create",
    {"cluster": "prod", "server": "http://alertmanager"},
    Became.ATTEMPT,
    after={"comment": "tête 🙂\nnext"},
)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_a_change_is_one_line_with_who_what_where_and_what_it_became(
    tmp_path: Path,
) -> None:
    log = AuditLog(tmp_path / "taloscope" / "audit.jsonl", "ada")
    assert await log.note(ENTRY) == ""
    assert await log.note(replace(ENTRY, became=Became.DONE, said="id-1")) == ""
    attempt, outcome = lines(log.path)
    assert attempt == {
        "time": "2026-11-21T02:13:47.000+00:00",
        "who": "ada",
        "change": "1",
        "what": "silence.create",
        "where": {"cluster": "prod", "server": "http://alertmanager"},
        "outcome": "attempt",
        "after": {"comment": "tête 🙂\nnext"},
    }
    assert (outcome["outcome"], outcome["said"]) == ("done", "id-1")


async def test_a_name_that_is_no_utf8_is_written_down_as_an_escape(
    tmp_path: Path,
) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", "ad\udce9")
    assert await log.note(ENTRY) == ""
    assert lines(log.path)[0]["who"] == "ad\udce9"


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "taloscope" / "audit.jsonl", "ada")
    await log.note(ENTRY)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700
    log.path.chmod(0o644)
    log.path.parent.chmod(0o755)
    await log.note(ENTRY)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


async def test_lines_of_changes_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    logs = [AuditLog(path, who) for who in ("ada", "bob")]
    await asyncio.gather(*(log.note(ENTRY) for log in logs for _ in range(20)))
    assert len(lines(path)) == 40


async def test_a_log_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    log = AuditLog(blocked / "audit.jsonl", "ada")
    assert "cannot be written" in await log.note(ENTRY)


async def test_a_disk_that_hangs_delays_nothing_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    goes_on = threading.Event()

    def hangs(path: Path, line: str) -> str:
        goes_on.wait(20)
        return ""

    monkeypatch.setattr(audit, "_append", hangs)
    monkeypatch.setattr(audit, "SECONDS", 0.01)
    log = AuditLog(tmp_path / "audit.jsonl", "ada")
    assert "was not written" in await log.note(ENTRY)
    assert "still being written" in await log.note(ENTRY)
    goes_on.set()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/taloscope"),
        ({"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/taloscope"),
        ({"HOME": "/h"}, "/h/.local/state/taloscope"),
    ],
)
def test_it_lies_where_xdg_says(environ: dict[str, str], expected: str) -> None:
    assert place.folder(environ) == Path(expected)
