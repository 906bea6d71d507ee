"""A volume that serves stale data, from the kernel's line to the pod, by sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.widgets.screen import screen_text
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.log import Entry

CHAIN = "sdc → media/jellyfin-media → jellyfin-0"
SECONDS = 10.0
"""From line to screen; it takes less than two where nothing else runs."""


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    """The story stands still two minutes after the writes were lost."""
    with running_lab("--at", "11m", "--speed", "0") as started:
        yield started


def kernel(report: dict[str, Any], node: str) -> dict[str, Any]:
    prod = next(each for each in report["clusters"] if each["name"] == "prod")
    found = [each for each in prod["findings"] if each["subject"] == node]
    (finding,) = [each for each in found if each["kind"] == "kernel"]
    return dict(finding)


def steps(trace: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {
        each["stage"]: (each["certainty"], each["names"]) for each in trace["steps"]
    }


def said(trace: dict[str, Any]) -> str:
    proofs = [proof for each in trace["steps"] for proof in each["proofs"]]
    return "; ".join(proof["claim"] for proof in proofs)


async def test_the_pod_is_on_the_fleet_within_seconds_of_the_line_and_no_key(
    record_property: Any,
) -> None:
    with running_lab("--at", "9m55s", "--speed", "1") as lab:
        config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
        clock = SystemClock()
        engine = Engine(config, clock, Random(1))
        lines: list[Entry] = []
        engine.subscribe_logs(lambda _, batch: lines.extend(batch.entries))

        async def connect() -> Backend:
            return engine

        app = TaloscopeApp(config, clock, connect)
        async with app.run_test(size=(200, 60)) as pilot, asyncio.timeout(60):
            while CHAIN not in screen_text(app):
                await pilot.pause(0.05)
            seen = clock.now()
        first = next(
            each for each in lines if "(device sdc): parent transid" in each.line
        )
    printed = datetime.fromtimestamp(first.at_ns / 1e9, UTC)
    took = (seen - printed).total_seconds()
    record_property("seconds", took)
    print(f"from the kernel's line to the pod on the fleet: {took:.1f} s")  # noqa: T201
    assert 0 < took < SECONDS


def test_the_report_holds_each_step_and_its_proof(lab: RunningLab) -> None:
    _, report = lab.check()
    (trace,) = kernel(report, "talos-wk-1")["traces"]
    found = steps(trace)
    assert {certainty for certainty, _ in found.values()} == {"proven"}
    assert found["claim"][1] == ["media/jellyfin-media"]
    assert found["pod"][1] == ["media/jellyfin-0"]
    proofs = [proof for each in trace["steps"] for proof in each["proofs"]]
    assert all(each["source"] and each["observed_at"] for each in proofs)


def test_a_disk_that_came_back_since_is_only_maybe_the_one_of_the_lines(
    lab: RunningLab,
) -> None:
    _, report = lab.check()
    (trace,) = kernel(report, "talos-wk-2")["traces"]
    assert {certainty for certainty, _ in steps(trace).values()} == {"maybe"}
    assert "it may have been another disk then" in said(trace)


def test_the_text_names_claim_and_pod(lab: RunningLab) -> None:
    text = lab.run("check").stdout
    assert CHAIN in text
    assert "sdb → maybe home/homeassistant-config → homeassistant-0" in text


def test_a_right_that_is_missing_is_named_and_blinds_nothing_else(
    lab: RunningLab,
) -> None:
    kinds = ("persistentvolumes", "volumeattachments", "persistentvolumeclaims")
    faults = tuple(f"forbidden:{kind}" for kind in kinds)
    lab.faults(add=faults)
    try:
        _, report = lab.check()
    finally:
        lab.faults(remove=faults)
    (trace,) = kernel(report, "talos-wk-1")["traces"]
    assert "can't tell: may not list persistentvolumes (RBAC)" in said(trace)
    assert steps(trace)["pod"] == ("proven", ["media/jellyfin-0"])
    prod = next(each for each in report["clusters"] if each["name"] == "prod")
    assert all(each["state"] == "live" for each in prod["sources"])


def test_a_node_that_is_down_leaves_candidates(lab: RunningLab) -> None:
    lab.faults(add=("node-dead:talos-wk-1",))
    try:
        _, report = lab.check()
    finally:
        lab.faults(remove=("node-dead:talos-wk-1",))
    (trace,) = [
        each
        for each in kernel(report, "talos-wk-1")["traces"]
        if each["device"] == "sdc"
    ]
    certainty, names = steps(trace)["claim"]
    assert certainty == "maybe"
    assert names == ["media/jellyfin-config", "media/jellyfin-media"]


def test_a_kubernetes_that_is_down_leaves_the_volume_of_the_mount(
    lab: RunningLab,
) -> None:
    lab.faults(add=("kubernetes-down:prod",))
    try:
        _, report = lab.check()
    finally:
        lab.faults(remove=("kubernetes-down:prod",))
    (trace,) = kernel(report, "talos-wk-1")["traces"]
    certainty, names = steps(trace)["volume"]
    assert certainty == "proven"
    assert len(names) == 1
    assert steps(trace)["claim"] == ("unknown", [])
