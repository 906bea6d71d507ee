"""The doctor finds the step at which a harmed connection breaks, and tells why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from tests.faults.behind import CLUSTER, PASSWORD, Harmed
from tui.clock import SystemClock
from tui.config import load
from tui.engine.doctor import Doctor
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.fleet import SourceKind

SECONDS = 1.5
ALL = tuple(SourceKind)
SERVERS = (SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER, SourceKind.LOKI)
HTTP = (SourceKind.PROMETHEUS, SourceKind.KUBERNETES)


@dataclass(frozen=True, slots=True)
class Harm:
    """A fault, the first step that it breaks, and what must be said of it."""

    fault: str
    breaks: Doing
    words: str
    advice: str
    kinds: tuple[SourceKind, ...] = ALL


HARMS = (
    Harm("refused", Doing.TCP, "refused the connection", "Is it running?"),
    Harm("hole", Doing.TCP, "does not answer within 1.5 s", "Nothing comes back"),
    Harm("mute", Doing.TLS, "no TLS within 1.5 s", "is that the right port?"),
    Harm("expired", Doing.TLS, "its certificate has expired", "clock"),
    Harm("future", Doing.TLS, "its certificate is not yet valid", "clock"),
    Harm("name", Doing.TLS, "not valid for this name, 127.0.0.1", "certificate"),
    Harm("stranger", Doing.TLS, "a CA that we do not know", "ca_file", SERVERS),
    Harm("stranger", Doing.TLS, "by O=", "kubeconfig", (SourceKind.KUBERNETES,)),
    Harm("stranger", Doing.TLS, "by O=", "talosconfig", (SourceKind.TALOS,)),
    Harm("401", Doing.AUTH, "401: does not accept the credentials", "", HTTP),
    Harm("403", Doing.AUTH, "403: forbids this", "", HTTP),
    Harm("html", Doing.AUTH, "HTML", "Something else answers", HTTP),
    Harm("500", Doing.AUTH, "failed with HTTP 500", "look at its log", HTTP),
)
CELLS = [(harm, kind) for harm in HARMS for kind in harm.kinds]


@pytest.fixture(scope="module")
def doctor(estate: Harmed) -> Doctor:
    config = replace(load(estate.config), timeout_seconds=SECONDS)
    return Doctor(config, SystemClock())


async def examined(doctor: Doctor, kind: SourceKind) -> list[Step]:
    connection = next(
        each
        for each in doctor.connections()
        if each.kind is kind and CLUSTER in each.clusters
    )
    return [step async for step in doctor.examine(kind, connection.endpoint)]


@pytest.mark.parametrize(
    ("harm", "kind"), CELLS, ids=lambda each: getattr(each, "fault", None) or each.value
)
async def test_the_first_step_that_fails_names_the_cause(
    doctor: Doctor, estate: Harmed, harm: Harm, kind: SourceKind
) -> None:
    await asyncio.to_thread(estate.harm, kind.value, harm.fault)
    try:
        steps = await examined(doctor, kind)
    finally:
        await asyncio.to_thread(estate.heal, kind.value)
    first = next(step for step in steps if step.is_ill)
    assert first.what is harm.breaks
    assert harm.words in first.told
    assert harm.advice in first.advice
    assert first.advice
    behind = steps[steps.index(first) + 1 :]
    assert not [each for each in behind if each.what is Doing.READ and each.told]
    assert any(each.state is StepState.LEFT_OUT for each in behind)
    assert PASSWORD not in repr(steps)


@pytest.mark.parametrize("kind", SourceKind)
async def test_unharmed_every_step_is_well_and_tells_the_dates(
    doctor: Doctor, kind: SourceKind
) -> None:
    steps = await examined(doctor, kind)
    assert [each for each in steps if each.is_ill] == []
    done = {each.what: each for each in steps}
    assert done[Doing.DNS].told == "127.0.0.1 is an address"
    assert "TLSv1.3, CN=127.0.0.1 for 127.0.0.1" in done[Doing.TLS].told
    assert done[Doing.TLS].seconds is not None
    assert "UTC, 23 h left" in done[Doing.CERTIFICATE].told
    if kind is SourceKind.TALOS:
        assert "talos-monitor with Talos v1." in done[Doing.NODE].told
    else:
        assert done[Doing.VERSION].told
        assert done[Doing.CLOCK].state is StepState.WELL
