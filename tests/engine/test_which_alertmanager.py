"""A silence goes into the Alertmanager that is meant, and into no other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.clock import ManualClock
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.engine import Engine
from tui.model.command import ExpireSilence, PutSilence
from tui.model.fault import FaultKind
from tui.model.silence import Matcher, SilenceDraft

CLOCK = ManualClock()


def engine(**urls: str) -> Engine:
    clusters = tuple(
        ClusterConfig(name, {}, alertmanager=Endpoint((url,)))
        for name, url in urls.items()
    )
    return Engine(Config(Path("x"), clusters), CLOCK, Random(1))


def put(cluster: str) -> PutSilence:
    ends_at = CLOCK.now() + timedelta(hours=1)
    matchers = (Matcher("alertname", "A"),)
    return PutSilence(cluster, SilenceDraft(matchers, CLOCK.now(), ends_at, "a", "b"))


@pytest.mark.parametrize("command", [put(""), ExpireSilence("", "1"), put("other")])
async def test_where_several_could_be_meant_none_is_guessed(
    command: PutSilence | ExpireSilence,
) -> None:
    outcome = await engine(prod="http://one", edge="http://two").submit(command)
    assert outcome.fault is not None
    assert outcome.fault.kind is FaultKind.CONFIG
    assert not outcome.is_unknown


async def test_the_only_one_may_be_meant_without_a_name() -> None:
    outcome = await engine(prod="http://127.0.0.1:1").submit(put(""))
    assert outcome.fault is not None
    assert outcome.fault.kind is FaultKind.UNREACHABLE
