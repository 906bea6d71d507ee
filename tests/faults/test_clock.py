"""Servers whose clock is an hour ahead of ours, as their answers say."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from tests.engines import until
from tests.faults.asking import counted
from tests.faults.behind import CLUSTER, Harmed
from tests.faults.matrix import CLOCK, TIMEOUT_SECONDS, feeds, goes_on, is_live, shape
from tui.config import load
from tui.engine.doctor import Doctor
from tui.engine.engine import Engine
from tui.model.alert import Verdict
from tui.model.diagnosis import Doing, StepState
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet, SourceKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRIED = (
    SourceKind.PROMETHEUS,
    SourceKind.ALERTMANAGER,
    SourceKind.LOKI,
    SourceKind.KUBERNETES,
)


async def set_clocks(estate: Harmed, fault: str) -> None:
    for kind in TRIED:
        await asyncio.to_thread(estate.harm, kind.value, fault)


async def test_what_a_server_tells_an_hour_ahead_is_as_old_as_by_our_clock(
    engine: Engine, estate: Harmed
) -> None:
    rows = shape(engine.fleet)
    await set_clocks(estate, "clock")
    since = CLOCK.now()
    try:
        engine.refresh()
        fleet = await until(engine, lambda f: goes_on(f, since), 30)
        assert await counted(engine) is None
    finally:
        await set_clocks(estate, "-")
    assert shape(fleet) == rows
    await until(engine, lambda f: all(is_live(each) for each in feeds(f)), 30)
    read = [each.observed_at for each in feeds(fleet) if each.observed_at]
    assert max(read) <= CLOCK.now()


def off(fleet: Fleet) -> dict[SourceKind, float]:
    """How far the clocks of servers are ahead, as the sources view tells."""
    return {
        each.key.kind: each.clock_ahead_seconds
        for each in feeds(fleet)
        if each.clock_ahead_seconds is not None
    }


def clock_findings(fleet: Fleet) -> list[Finding]:
    return [
        finding
        for cluster in fleet.clusters
        for finding in cluster.findings
        if finding.kind is FindingKind.CLOCK_OFF and finding.subject == "127.0.0.1"
    ]


async def test_a_clock_that_is_off_is_a_finding_until_it_is_right(
    engine: Engine, estate: Harmed
) -> None:
    await set_clocks(estate, "clock")
    try:
        engine.refresh()
        fleet = await until(engine, lambda f: set(off(f)) == set(TRIED), 30)
        assert all(3590 <= each <= 3601 for each in off(fleet).values())
        fleet = await until(engine, lambda f: len(clock_findings(f)) == 1, 30)
    finally:
        await set_clocks(estate, "-")
    assert fleet.our_clock is None
    (found,) = clock_findings(fleet)
    assert found.verdict is Verdict.REAL
    assert "127.0.0.1 (alertmanager, loki, prometheus) is 60 min ahead" in found.title
    engine.refresh()
    await until(engine, lambda f: not off(f) and not clock_findings(f), 30)


@pytest.mark.parametrize("kind", TRIED)
async def test_the_doctor_names_the_clock_and_reads_on(
    estate: Harmed, kind: SourceKind
) -> None:
    config = replace(load(estate.config), timeout_seconds=TIMEOUT_SECONDS)
    doctor = Doctor(config, CLOCK)
    connection = next(
        each
        for each in doctor.connections()
        if each.kind is kind and CLUSTER in each.clusters
    )
    await set_clocks(estate, "clock")
    try:
        steps = [step async for step in doctor.examine(kind, connection.endpoint)]
    finally:
        await set_clocks(estate, "-")
    (ill,) = (step for step in steps if step.is_ill)
    assert ill.what is Doing.CLOCK
    seconds, words = ill.told.split(" ", 1)
    assert 3590 <= int(seconds) <= 3601
    assert words == "s ahead of this machine"
    assert "NTP" in ill.advice
    assert all(step.state is not StepState.LEFT_OUT for step in steps)
