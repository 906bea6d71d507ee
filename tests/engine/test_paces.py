"""What is read more seldom is held to its own pace, and says nothing new meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.triage.cases import NOW as START
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.assemble import assemble
from tui.engine.engine import Engine
from tui.engine.plan import served_by
from tui.engine.view import Feed, Memo, View
from tui.model.alert import Verdict
from tui.model.finding import Finding
from tui.model.fleet import SourceKind
from tui.model.reading import Reading
from tui.model.target import Health, InventoryTarget, Target
from tui.store import State
from tui.triage.rulebook import Rulebook

PROD = ClusterConfig(
    "prod",
    {},
    prometheus=Endpoint(urls=("http://p",)),
    inventory=(InventoryTarget("j", None, True),),
)
CONFIG = Config(Path("config.toml"), (PROD,))
(SERVED,) = served_by(CONFIG, SourceKind.PROMETHEUS)
KEY = SERVED.key("targets")
LABELS = {"job": "j", "instance": "h:1"}
URL = "http://h:1/metrics"
DOWN = Target(LABELS, Health.DOWN, "pool", URL, "refused", START, 0.1, 30.0, 10.0)


@pytest.mark.parametrize(
    ("pace", "verdict"),
    [(CONFIG.refresh_seconds, Verdict.UNDECIDED), (20.0, Verdict.REAL)],
)
def test_a_target_that_is_down_is_certain_for_two_of_its_own_refreshes(
    pace: float, verdict: Verdict
) -> None:
    (found,) = findings((DOWN,), 2 * CONFIG.refresh_seconds + 10, Memo(), pace)
    assert found.verdict is verdict


def test_findings_that_say_the_same_are_the_very_same_from_pass_to_pass() -> None:
    memo = Memo()
    first = findings((DOWN,), 1, memo)
    again = replace(DOWN, last_scrape=START + timedelta(seconds=2))
    assert findings((DOWN,), 2, memo) is first
    assert findings((again,), 3, memo) is first
    assert not findings((replace(DOWN, health=Health.UP),), 4, memo)


def test_whoever_is_told_to_read_seldom_reads_nothing_more_often() -> None:
    """Kept back by the config, or by `taloscope serve --refresh`."""
    kube = replace(PROD, context="prod", talos_context="prod")
    config = replace(CONFIG, clusters=(kube,), refresh_seconds=600.0)
    engine = Engine(config, ManualClock(START), Random(7), None, None)
    paces = {key: each.feed.interval_seconds for key, each in engine._wanted.items()}
    assert {"prometheus", "talos"} <= {key.kind.value for key in paces}
    hurried = [key for key, seconds in paces.items() if seconds < 600.0]
    assert hurried == []


def findings(
    targets: tuple[Target, ...], seconds: float, memo: Memo, pace: float = 20.0
) -> tuple[Finding, ...]:
    """What one pass finds so many seconds after targets were read."""
    view = View(
        CONFIG,
        (SERVED,),
        {KEY: Feed(pace, ("prod",))},
        {},
        State({KEY: Reading(targets, START, attempts=1)}),
        START + timedelta(seconds=seconds),
        memo,
        Rulebook(),
    )
    (prod,) = assemble(view).clusters
    return prod.findings
