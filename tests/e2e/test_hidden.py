"""A false positive is silenced; then it turns real: nothing on the screen is louder."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.e2e.test_terminal import drive

pytestmark = pytest.mark.terminal


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunningLab]:
    with running_lab("--at", "3m30s", "--speed", "0") as running:
        running.environment["XDG_STATE_HOME"] = str(tmp_path)
        yield running


def paced(lab: RunningLab, speed: float) -> str:
    """A step that lets the story run from where it is, so that alerts fire on."""
    url = lab.environment["LAB_CONTROL_URL"] + "/story"
    fetch = (
        "import sys, urllib.request; urllib.request.urlopen("
        "urllib.request.Request(sys.argv[1], sys.argv[2].encode(), "
        "{'Content-Type': 'application/json'})).read()"
    )
    body = json.dumps({"speed": speed})
    return f"sh:{sys.executable} -c \"{fetch}\" '{url}' '{body}'"


def silence(lab: RunningLab, comment: str, hours: float) -> None:
    """What a colleague does with another tool."""
    names = {"alertname": "KubeProxyDown", "cluster": "prod"}
    now = datetime.now(UTC)  # noqa: TID251 - the servers' time
    body = {
        "matchers": [
            {"name": name, "value": value, "isRegex": False, "isEqual": True}
            for name, value in names.items()
        ],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=hours)).isoformat(),
        "createdBy": "ops",
        "comment": comment,
    }
    request = urllib.request.Request(
        lab.environment["ALERTMANAGER_URL"] + "/api/v2/silences",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


@pytest.mark.parametrize("size", ["80x24", "200x60"])
def test_what_turns_real_under_a_silence_is_told_until_it_is_ended(
    lab: RunningLab, size: str
) -> None:
    drive(
        lab,
        size,
        "wait:agentic",
        "wait:▌✖ REAL",
        # Only the false positive is left in the list; it is silenced by its key.
        "press:/",
        "wait:searches prod alerts",
        "type:KubeProxyDown",
        "press:enter",
        "wait:▌· false +KubeProxyDown",
        "press:s",
        "wait:silences 1 alert",
        "press:ctrl+s",
        "wait:1 silenced",
        "gone:REAL, HIDDEN",
        paced(lab, 10),
        "sleep:4",
        paced(lab, 0),
        "press:r",
        "wait:✖ 1 REAL HIDDEN",
        "wait:✖ REAL, HIDDEN +KubeProxyDown +prod: Cilium agent",
        "wait:⊘ was false when .* silenced it",
        "press:!",
        "wait:enter open",
        "press:x",
        "wait:End 1 silence",
        "press:y",
        "gone:REAL, HIDDEN",
        "wait:REAL +KubeProxyDown",
    )


def test_check_tells_of_it_from_the_silence_alone(lab: RunningLab) -> None:
    silence(lab, "False positive: Cilium replaces it", hours=4)
    lab.story("4m40s")
    code, report = lab.check()
    (alert,) = [
        alert
        for cluster in report["clusters"]
        for alert in cluster["alerts"] or ()
        if alert["concealed"]
    ]
    assert (alert["name"], alert["concealed"]["surprise"]) == (
        "KubeProxyDown",
        "said-false",
    )
    assert alert["concealed"]["silences"][0]["created_by"] == "ops"
    assert code == 1
    told = lab.run("check").stdout.splitlines()
    assert told[2] == "real, and hidden from everybody"
    assert told[3].startswith("  HIDDEN     KubeProxyDown prod")


def test_check_knows_from_the_dashboard_that_it_was_false(lab: RunningLab) -> None:
    silence(lab, "quiet for now", hours=4)
    _, report = lab.check()
    assert not any(
        alert["concealed"]
        for cluster in report["clusters"]
        for alert in cluster["alerts"] or ()
    )
    drive(lab, "200x60", "wait:1 silenced", "wait:false +KubeProxyDown", "sleep:2")
    lab.story("4m40s")
    _, report = lab.check()
    found = [
        alert["concealed"]["surprise"]
        for cluster in report["clusters"]
        for alert in cluster["alerts"] or ()
        if alert["concealed"]
    ]
    assert found == ["turned"]
