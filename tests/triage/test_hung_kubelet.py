"""A kubelet that hangs: Talos knows static pods by it alone, as it told them last."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import PLANE_NODE, alert, judged, kubelet_told
from tui.model.alert import Verdict
from tui.model.talos import ServiceHealth
from tui.triage.expectation_beyond import SERVICES
from tui.triage.on_nodes import NODES

QUIET = (replace(PLANE_NODE, is_ready=None),)


@pytest.mark.parametrize(
    "services",
    [
        None,
        (),
        (kubelet_told(ServiceHealth.UNHEALTHY),),
        (kubelet_told(ServiceHealth.UNKNOWN),),
        (kubelet_told(age=300),),
    ],
    ids=["unread", "another node", "it hangs", "not checked", "long ago"],
)
def test_talos_vouches_for_a_pod_only_where_its_kubelet_is_well(services: Any) -> None:
    found = judged(alert("KubeSchedulerDown"), {NODES: QUIET, SERVICES: services})
    assert found.verdict is Verdict.UNDECIDED
    assert "what its pod says may be old" in found.reason


def test_it_does_where_it_is() -> None:
    found = judged(alert("KubeSchedulerDown"), {NODES: QUIET})
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert "1 by Talos' word" in found.reason
