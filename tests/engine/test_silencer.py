from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.sources.silence_server import SilenceServer
from tests.sources.test_alertmanager_writes import DRAFT, JOB, NAME, raising
from tui.clock import SystemClock
from tui.config import Endpoint
from tui.engine.plan import Served
from tui.engine.silencer import AT_ONCE, Silencer, all_of
from tui.lab.silences import SilenceState
from tui.model.command import ExpireSilence, Outcome, PutSilence
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.silencing.redraft import edited
from tui.sources.alertmanager import AlertmanagerSource
from tui.state.audit import AuditLog

ENDPOINT = Endpoint(("http://one",))
HANGS = Fault(FaultKind.TIMEOUT, "no answer")
REFUSED = Fault(FaultKind.BAD_QUERY, "refused")


def silencer(server: SilenceServer, audit: AuditLog | None) -> Silencer:
    source = AlertmanagerSource(ENDPOINT, 5.0, transport=server.transport)
    served = Served(SourceKind.ALERTMANAGER, ENDPOINT, ())
    return Silencer(source, served, SystemClock(), audit)


@pytest.fixture
def audit(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit.jsonl", "ada")


def lines(audit: AuditLog) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.path.read_text().splitlines()]


async def test_each_change_is_written_down_before_and_after(audit: AuditLog) -> None:
    server = SilenceServer()
    outcome = await silencer(server, audit).put(DRAFT, None)
    await silencer(server, audit).expire(outcome.silence_id, None)
    put, done, end, ended = lines(audit)
    assert [each["outcome"] for each in (put, done, end, ended)] == [
        "attempt",
        "done",
        "attempt",
        "done",
    ]
    assert (put["what"], end["what"]) == ("silence.create", "silence.expire")
    assert put["change"] == done["change"] != end["change"]
    assert put["after"]["matchers"] == [str(NAME), str(JOB)]
    assert done["after"]["id"] == outcome.silence_id == ended["before"]["id"]
    assert put["where"] == {"alertmanager": "http://one", "clusters": ""}


async def test_a_refusal_and_a_doubt_are_told_apart(audit: AuditLog) -> None:
    server = SilenceServer()
    server.before = lambda _: httpx.Response(400, json="silence invalid: bad")
    outcome = await silencer(server, audit).put(DRAFT, None)
    assert outcome.fault is not None
    assert not outcome.is_unknown

    def hangs(_: httpx.Request) -> httpx.Response | None:
        raise httpx.ReadTimeout("slow")

    server.before = hangs
    outcome = await silencer(server, audit).put(DRAFT, None)
    assert outcome.is_unknown
    assert [each["outcome"] for each in lines(audit)] == [
        "attempt",
        "refused",
        "attempt",
        "unknown",
    ]


async def test_a_silence_holds_at_once_although_our_clock_is_ahead() -> None:
    server = SilenceServer()
    server.now -= timedelta(minutes=5)
    await silencer(server, None).put(DRAFT, None)
    (made,) = server.listed()
    assert made.state(server.now) is SilenceState.ACTIVE
    assert made.ends_at == DRAFT.ends_at


async def test_one_that_was_changed_meanwhile_comes_back_as_it_is(
    audit: AuditLog,
) -> None:
    server = SilenceServer()
    source = AlertmanagerSource(ENDPOINT, 5.0, transport=server.transport)
    made = await silencer(server, None).put(DRAFT, None)
    (seen,) = await source.silences()
    await source.put_silence(replace(edited(seen), comment="theirs"))
    mine = replace(edited(seen), comment="mine", id=made.silence_id)
    outcome = await silencer(server, audit).put(mine, None, seen)
    assert outcome.found is not None
    assert outcome.found.comment == "theirs"
    assert not outcome.is_unknown
    assert lines(audit)[-1]["outcome"] == "refused"
    assert server.listed()[0].comment == "theirs"


async def test_a_change_goes_on_without_a_log_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    audit = AuditLog(tmp_path / "file" / "audit.jsonl", "ada")
    server = SilenceServer()
    outcome = await silencer(server, audit).put(DRAFT, None)
    assert outcome.fault is None
    (warning,) = outcome.warnings
    assert "not in the audit log" in warning
    assert len(server.listed()) == 1


async def test_an_old_silence_that_still_holds_is_a_warning(audit: AuditLog) -> None:
    server = SilenceServer()
    made = await silencer(server, audit).put(DRAFT, None)
    server.before = raising(httpx.ConnectError("refused"), "DELETE")
    changed = replace(DRAFT, id=made.silence_id, matchers=(NAME,))
    outcome = await silencer(server, audit).put(changed, None)
    assert outcome.fault is None
    assert f"the old silence {made.silence_id} still holds" in outcome.warnings[0]
    assert "still holds" in lines(audit)[-1]["said"]


def ends(count: int) -> list[PutSilence | ExpireSilence]:
    return [ExpireSilence("prod", str(n)) for n in range(count)]


async def test_a_bulk_has_an_outcome_for_each_in_their_order() -> None:
    async def one(command: PutSilence | ExpireSilence) -> Outcome:
        assert isinstance(command, ExpireSilence)
        await SystemClock().sleep(0)
        fault = REFUSED if command.id == "3" else None
        return Outcome(command.id, fault=fault)

    outcome = await all_of(ends(50), one)
    assert [part.silence_id for part in outcome.parts] == [str(n) for n in range(50)]
    assert outcome.fault is not None
    assert outcome.fault.summary == "1 of 50 were not done: refused"


async def test_a_bulk_is_given_up_when_nobody_answers() -> None:
    tried = []

    async def one(command: PutSilence | ExpireSilence) -> Outcome:
        tried.append(command)
        await SystemClock().sleep(0)
        return Outcome(fault=HANGS)

    outcome = await all_of(ends(50), one)
    assert len(tried) == AT_ONCE
    assert outcome.parts[-1].fault is not None
    assert outcome.parts[-1].fault.summary == "not tried: no answer"


async def test_a_bulk_that_is_all_done_has_no_fault() -> None:
    async def one(_: PutSilence | ExpireSilence) -> Outcome:
        return Outcome(warnings=("not in the audit log: x",))

    outcome = await all_of(ends(3), one)
    assert outcome.fault is None
    assert outcome.warnings == ("not in the audit log: x",)


async def test_ending_what_somebody_changed_is_refused_and_written_down(
    audit: AuditLog,
) -> None:
    server = SilenceServer()
    made = await silencer(server, None).put(DRAFT, None)
    source = silencer(server, audit)
    (seen,) = await source.source.silences()
    await silencer(server, None).put(replace(edited(seen), comment="theirs"), seen)
    outcome = await source.expire(made.silence_id, seen, seen)
    assert outcome.found is not None
    assert outcome.found.comment == "theirs"
    assert lines(audit)[-1]["outcome"] == "refused"
    assert len(server.listed()) == 1


async def test_the_audit_log_has_what_was_written_over_our_own_change(
    audit: AuditLog,
) -> None:
    server = SilenceServer()
    await silencer(server, None).put(DRAFT, None)
    source = silencer(server, audit)
    (seen,) = await source.source.silences()
    longer = replace(edited(seen), ends_at=seen.ends_at + timedelta(hours=1))
    await source.put(longer, seen, seen)
    await source.put(replace(edited(seen), comment="more"), seen, seen)
    (kept,) = server.listed()
    assert kept.ends_at == longer.ends_at
    after = lines(audit)[-1]["after"]
    assert (after["comment"], after["endsAt"]) == (
        "more",
        longer.ends_at.isoformat(timespec="milliseconds"),
    )
