"""The program as a person has it: real keys in a real (pseudo-)terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.labs import RunningLab, running_lab

pytestmark = pytest.mark.terminal
FIRST = ("wait:agentic", "press:1")
"""Where not all have room the worst cluster is in view; these are of the first."""
HARNESS = Path(__file__).parent.parent / "bench" / "ptybench.py"


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as running:
        yield running


def drive(lab: RunningLab, size: str, *steps: str) -> dict[str, Any]:
    """Run the dashboard, take the steps, leave with q; fails where a step fails."""
    command = [sys.executable, str(HARNESS), "--size", size, "--timeout", "30"]
    for step in (*FIRST, *steps):
        command += ["--step", step]
    command += ["--quit", "q", "--", sys.executable, "-m", "tui"]
    done = subprocess.run(
        command,
        env={**os.environ, **lab.environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    seen = "\n".join(run.get("screen_at_failure", "") for run in result["runs"])
    assert done.returncode == 0, f"{result.get('failures')}\n{seen}\n{done.stderr}"
    return result


def moved(lab: RunningLab, at: str) -> str:
    """A step that moves the story."""
    url = lab.environment["LAB_CONTROL_URL"] + "/story"
    body = json.dumps({"at": at, "speed": 0})
    fetch = (
        "import sys, urllib.request; urllib.request.urlopen("
        "urllib.request.Request(sys.argv[1], sys.argv[2].encode(), "
        "{'Content-Type': 'application/json'})).read()"
    )
    return f"sh:{sys.executable} -c \"{fetch}\" '{url}' '{body}'"


@pytest.mark.parametrize("size", ["80x24", "120x36", "200x60"])
def test_the_story_is_told_on_the_screen(lab: RunningLab, size: str) -> None:
    run = drive(
        lab,
        size,
        "wait:false +KubeProxyDown",
        moved(lab, "4m40s"),
        "press:r",
        "wait:REAL +KubeProxyDown",
        "wait:Cilium agent on talos-wk-1 is not ready",
        "wait:btrfs",
        moved(lab, "9m"),
        "press:r",
        "gone:REAL +KubeProxyDown",
    )["runs"][0]
    assert run["exit"]["status"] == 0
    assert not run["exit"].get("killed")


def test_every_view_opens_and_closes(lab: RunningLab) -> None:
    drive(
        lab,
        "120x36",
        "wait:Cilium replaces it, 4/4",
        # A node that has not answered yet is a finding, and stands before the alerts.
        "wait:4/4 well",
        "press:enter",
        "wait:runbook",
        "press:esc",
        "sleep:0.3",
        "gone:runbook",
        "press:t",
        "wait:targets of all",
        "wait:talos-node-exporter",
        "press:esc",
        "sleep:0.3",
        "press:L",
        "wait:logs of",
        "press:esc",
        "sleep:0.3",
        "press:o",
        "wait:(?i)sources",
        "press:esc",
        "sleep:0.3",
        "press:?",
        "wait:Go to the next row",
        "press:esc",
        "sleep:0.3",
        "gone:Go to the next row",
    )


def active_silences(lab: RunningLab) -> list[dict[str, Any]]:
    url = lab.environment["ALERTMANAGER_URL"] + "/api/v2/silences"
    with urllib.request.urlopen(url, timeout=10) as answer:
        listed = json.loads(answer.read())
    return [each for each in listed if each["status"]["state"] == "active"]


def presses(steps: tuple[str, ...]) -> int:
    """How many keys a person presses on the way."""
    keys = [step.removeprefix("press:") for step in steps if step.startswith("press:")]
    return sum(len(each.split(",")) for each in keys)


def hours(silence: dict[str, Any]) -> float:
    """How long it lasts."""
    start, end = (
        datetime.fromisoformat(silence[name]) for name in ("startsAt", "endsAt")
    )
    return (end - start).total_seconds() / 3600


@pytest.mark.parametrize("size", ["80x24", "120x36"])
def test_a_false_positive_is_silenced_with_six_keys_at_most(
    lab: RunningLab, size: str
) -> None:
    steps = (
        "wait:false +KubeProxyDown",
        "wait:Cilium replaces it, 4/4",
        # A node that has not answered yet is a finding, and stands before the alerts.
        "wait:alerts  3 false",
        "press:s",
        "wait:silences [0-9]+ alert",
        # An alert may be judged only after the form is open.
        "wait:comment +False positive",
        "press:ctrl+s",
        "gone:silences [0-9]+ alert",
        "wait:silenced",
    )
    assert presses((*FIRST, *steps)) <= 6
    drive(lab, size, *steps)
    (silence,) = active_silences(lab)
    assert silence["comment"].startswith("False positive: ")
    assert hours(silence) == pytest.approx(8760, abs=0.1)
    names = {each["name"]: each["value"] for each in silence["matchers"]}
    assert names["alertname"].startswith("Kube")


def test_marked_alerts_are_silenced_together_then_ended_with_real_keys(
    lab: RunningLab,
) -> None:
    make = (
        "wait:Cilium replaces it, 4/4",
        "wait:alerts  3 false",
        "press:space,space,s",
        "wait:silences 2 alerts",
        "wait:comment +False positive",
        "press:ctrl+s",
        "gone:silences 2 alerts",
        "wait:2 silenced",
    )
    assert presses(make) <= 6
    drive(
        lab,
        "120x36",
        *make,
        "press:S",
        "wait:1 active 1",
        "press:x",
        "wait:2 alerts will notify again at once",
        "press:y",
        "wait:1 active 0",
    )
    assert active_silences(lab) == []


def test_a_matcher_is_completed_with_real_keys(lab: RunningLab) -> None:
    drive(
        lab,
        "80x24",
        "wait:Cilium replaces it, 4/4",
        "press:ctrl+n",
        "wait:new silence",
        "type:alertn",
        "wait:alertname +\\d",
        "press:tab",
        "type:KubeSch",
        "wait:KubeSchedulerDown +\\d",
        "press:enter",
        "wait:alertname=.KubeSchedulerDown.",
        *("press:down",) * 5,
        "type:seen",
        "press:ctrl+s",
        "gone:new silence",
    )
    (silence,) = active_silences(lab)
    assert silence["comment"] == "seen"
    assert hours(silence) == pytest.approx(4, abs=0.1)


def test_a_source_that_dies_is_told_and_the_rest_goes_on(lab: RunningLab) -> None:
    lab.faults(("prometheus-down",))
    drive(
        lab,
        "200x60",
        "wait:(?i)prometheus.*refused",
        # What it may reach of kube-proxy is not known: no proof, no "false".
        "wait:KubeProxyDown.*[\\s\\S]*cannot tell: prometheus prod",
        "expect:talos-cp-1",
    )
