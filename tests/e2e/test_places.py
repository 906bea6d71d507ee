"""From an alert to what it names, by real keys in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.e2e.test_terminal import drive

pytestmark = pytest.mark.terminal


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "4m40s", "--speed", "0") as running:
        yield running


@pytest.mark.parametrize("size", ["80x24", "200x60"])
def test_one_key_leads_from_an_alert_to_its_node_and_esc_back(
    lab: RunningLab, size: str
) -> None:
    drive(
        lab,
        size,
        "wait:BTRFSCorruptionDetected",
        *("press:/", "type:KubeProxyDown", "press:enter", "press:enter"),
        # Its rule is named before there is evidence, which names the node.
        "wait:Cilium agent on talos-wk-1 is not ready",
        *("press:O", r"wait:node +talos-wk-1 +10\.10\.0\.41"),
        *("press:1", r"wait:talos-wk-1 .*10\.10\.0\.41 +worker"),
        *("press:escape", "wait:rule kube-proxy"),
        *(
            "press:O",
            r"wait:kernel log +talos-wk-1",
            "press:2",
            "wait:logs of talos-wk-1",
        ),
        *("press:escape", "wait:rule kube-proxy"),
        *("press:escape", "wait:KubeProxyDown"),
    )
