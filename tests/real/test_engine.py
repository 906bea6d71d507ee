"""The whole engine on servers that we did not write: Debian's own."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests import engines
from tests.engines import running
from tests.real.conftest import binary
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Endpoint
from tui.model.alert import Verdict
from tui.model.command import ExpireSilence, PutSilence
from tui.model.finding import FindingKind
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, SilenceDraft
from tui.model.target import Expected, Health, InventoryTarget

pytestmark = pytest.mark.real
CLOCK = SystemClock()
SECONDS = 90
"""Rules wait 30 s before they fire, discovery 5 s."""
until = partial(engines.until, seconds=SECONDS)


def estate(prometheus: str, alertmanager: str) -> Config:
    """Three clusters in one Prometheus, as the operator has them."""
    shared = Endpoint((prometheus,), cluster="monit")
    alerts = Endpoint((alertmanager,), cluster="monit")
    inventory = {
        "prod": (
            InventoryTarget("talos-kubelets", "10.10.0.40", expected=True),
            InventoryTarget("argocd-metrics", "10.10.0.40:30082", expected=True),
            InventoryTarget("gone", "10.10.0.99:9100", expected=True),
        ),
        "monit": (InventoryTarget("proxmox-carrick", None, expected=True),),
    }
    clusters = tuple(
        ClusterConfig(
            name,
            {"cluster": name},
            prometheus=shared,
            alertmanager=alerts,
            inventory=inventory.get(name, ()),
        )
        for name in ("prod", "monit", "agentic")
    )
    return Config(Path("config.toml"), clusters, refresh_seconds=2, timeout_seconds=1.5)


def names(fleet: Fleet, cluster: str) -> dict[str, Verdict]:
    found = fleet.cluster(cluster)
    assert found is not None
    return {each.alert.name: each.verdict for each in found.alerts or ()}


async def test_targets_of_one_prometheus_are_divided_and_held_to_the_inventory(
    prometheus: str, alertmanager: str
) -> None:
    async with running(estate(prometheus, alertmanager)) as engine:
        fleet = await until(
            engine,
            lambda now: any(
                row.health is Health.DOWN
                for cluster in now.clusters
                for row in cluster.targets or ()
            ),
        )
    rows = {each.name: each.targets or () for each in fleet.clusters}
    assert {row.job for row in rows["agentic"]} == {"claude-agent"}
    assert {row.job for row in rows["monit"]} == {"proxmox-carrick", "talos-monitor"}
    (gone,) = [row for row in rows["prod"] if row.job == "gone"]
    assert (gone.expected, gone.health) == (Expected.YES, Health.ABSENT)
    prod = fleet.clusters[0]
    kinds = {finding.kind for finding in prod.findings}
    assert FindingKind.TARGET_ABSENT in kinds


async def test_alerts_without_a_label_belong_to_where_prometheus_lives(
    prometheus: str, alertmanager: str
) -> None:
    async with running(estate(prometheus, alertmanager)) as engine:
        fleet = await until(
            engine,
            lambda now: {"KubeProxyDown", "Watchdog"} <= names(now, "monit").keys(),
        )
    monit = names(fleet, "monit")
    assert monit["Watchdog"] is Verdict.BY_DESIGN
    # Kubernetes is not configured here: there is no proof, so nothing is cleared.
    assert monit["KubeProxyDown"] is Verdict.UNDECIDED


def draft(ends_at: datetime) -> SilenceDraft:
    return SilenceDraft(
        matchers=(Matcher("alertname", "KubeProxyDown"),),
        starts_at=CLOCK.now(),
        ends_at=ends_at,
        created_by="operator",
        comment='Cilium replaces it: "4/4" agents ✔',
    )


def amtool(url: str, *arguments: str) -> str:
    return subprocess.run(
        [binary("amtool"), f"--alertmanager.url={url}", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


async def test_a_silence_is_made_extended_and_ended_and_amtool_agrees(
    prometheus: str, alertmanager: str
) -> None:
    async with running(estate(prometheus, alertmanager)) as engine:
        await until(engine, lambda now: "KubeProxyDown" in names(now, "monit"))
        made = await engine.submit(
            PutSilence("monit", draft(CLOCK.now() + timedelta(hours=4)))
        )
        assert made.fault is None
        assert made.silence_id in amtool(alertmanager, "silence", "query", "-q")
        await until(engine, lambda now: silenced(now, made.silence_id))
        longer = replace(draft(CLOCK.now() + timedelta(hours=8)), id=made.silence_id)
        extended = await engine.submit(PutSilence("monit", longer))
        assert extended.fault is None
        listed = amtool(alertmanager, "silence", "query", "-q")
        assert extended.silence_id in listed
        ended = await engine.submit(ExpireSilence("monit", extended.silence_id))
        assert ended.fault is None
        listed = amtool(alertmanager, "silence", "query", "-q")
        assert extended.silence_id not in listed
        await until(engine, lambda now: not silenced(now, extended.silence_id))


def silenced(fleet: Fleet, silence_id: str) -> bool:
    return any(
        silence_id in each.alert.silenced_by
        for cluster in fleet.clusters
        for each in cluster.alerts or ()
    )
