"""The kernel logs by real keys in a terminal: the past without a seam, side by side."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.e2e.test_terminal import drive
from tui.clock import SystemClock
from tui.model.unix import to_ns

pytestmark = pytest.mark.terminal
COUNT = 2_500
"""Some pages."""
AT_ONCE = 30
"""Entries in one nanosecond: pages of a thousand end amidst one."""
SECONDS_AGO = 300


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as running:
        fill(running)
        yield running


def fill(lab: RunningLab) -> None:
    """Numbered entries of one cluster, five minutes old."""
    begin = to_ns(SystemClock().now()) - SECONDS_AGO * 1_000_000_000
    labels = {"cluster": "prod", "job": "talos-kernel", "host": "10.10.0.40"}
    values = [
        [str(begin + number // AT_ONCE), f"numbered {number:05}"]
        for number in range(COUNT)
    ]
    request = urllib.request.Request(
        f"{lab.environment['LOKI_URL']}/loki/api/v1/push",
        json.dumps({"streams": [{"stream": labels, "values": values}]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 204


def numbers(screen: Path) -> list[int]:
    """The entries in view, from above; what is searched for is none."""
    found = re.findall(r":\d\d talos.* numbered (\d{5})", screen.read_text())
    return [int(each) for each in found]


@pytest.mark.parametrize("size", ["80x24", "200x60"])
def test_scrolling_up_crosses_the_seams_of_pages(
    lab: RunningLab, size: str, tmp_path: Path
) -> None:
    """All of them came within a few microseconds: they stand one behind the other."""
    screen = tmp_path / "seam"
    drive(
        lab,
        size,
        "wait:KubeProxyDown",
        *("press:L", "wait:following", "press:1", "wait:logs of prod "),
        *("press:@", "wait:esc stay", "type:-4m", "wait:4m ago"),
        *("press:enter", "wait:in the past"),
        # Each brings a page of a thousand, if the one before is there.
        *("press:g", "settle:500") * 10,
        *("press:/", "type:numbered 01500", "press:enter"),
        "wait::\\d\\d talos.* numbered 01500",
        f"dump:{screen}",
    )
    seen = numbers(screen)
    assert len(seen) > 10
    assert seen == list(range(seen[0], seen[0] + len(seen)))


def test_brackets_go_half_an_hour_back_and_return_to_what_is_live(
    lab: RunningLab,
) -> None:
    drive(
        lab,
        "80x24",
        "wait:KubeProxyDown",
        *("press:L", "wait:following", "press:1", "wait:logs of prod "),
        *("press:[", "wait:in the past: ", "wait::\\d\\d talos-"),
        *("press:]", "gone:in the past", "wait:following"),
    )


def test_c_puts_the_clusters_side_by_side_and_back(lab: RunningLab) -> None:
    drive(
        lab,
        "200x60",
        "wait:KubeProxyDown",
        *("press:L", "wait:logs of all clusters"),
        *("press:C", "wait:(?m)logs of prod.*logs of ", "gone:all clusters"),
        *("press:C", "wait:logs of all clusters"),
    )
