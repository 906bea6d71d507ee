"""What an examination knows of its target before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.estate import make_fleet
from tests.judged import scheduler_alert
from tui.config import Config
from tui.engine.connections import Connections
from tui.engine.examiner import Examiner
from tui.model.examination import Subject
from tui.model.target import Expected, Health


@pytest.mark.parametrize("has_job", [True, False])
def test_the_verdict_is_known_of_an_alert_that_only_its_rule_knows_the_job_of(
    *, has_job: bool
) -> None:
    alert = scheduler_alert()
    labels = {k: v for k, v in alert.alert.labels.items() if k != "job"}
    if has_job:
        labels["job"] = "kube-scheduler"
    judgement = replace(
        alert.judgement, rule="talos-hides-metrics", needless_job="kube-scheduler"
    )
    judged = replace(
        alert, alert=replace(alert.alert, labels=labels), judgement=judgement
    )
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], alerts=(judged,))
    fleet = replace(fleet, clusters=(prod, *fleet.clusters[1:]))
    config = Config(Path("config.toml"), ())
    clock = ManualClock()
    examiner = Examiner(config, (), Connections(config, clock, lambda _: 1.0), clock)

    def known(job: str) -> object:
        row = Subject("prod", job, "", labels, Expected.NO, Health.ABSENT)
        return examiner.open(row, fleet).subject.judgement

    assert known("kube-scheduler") is judgement
    assert known("kube-proxy") is None
