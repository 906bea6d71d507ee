"""What is read more seldom than all else is held to its own pace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.triage.cases import NOW as START
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.assemble import assemble
from tui.engine.plan import served_by
from tui.engine.view import Feed, Memo, View
from tui.model.alert import Verdict
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
    view = View(
        CONFIG,
        (SERVED,),
        {KEY: Feed(pace, ("prod",))},
        {},
        State({KEY: Reading((DOWN,), START, attempts=1)}),
        START + timedelta(seconds=2 * CONFIG.refresh_seconds + 10),
        Memo(),
        Rulebook(),
    )
    (prod,) = assemble(view).clusters
    (found,) = (each for each in prod.findings if "h:1" in each.detail + each.subject)
    assert found.verdict is verdict
