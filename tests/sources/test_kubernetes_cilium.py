"""Cilium's settings for some nodes, in clusters that know them and that do not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from tui.model.fault import FaultKind
from tui.model.kube import NodeSettings
from tui.model.question import CiliumNodeConfigs
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.http_fault import Answer, source_error
from tui.sources.kubernetes import KubernetesSource

ASKED = CiliumNodeConfigs("kube-system")
UNKNOWN = "404 page not found"
ITEM = {
    "metadata": {
        "name": "gpu",
        "managedFields": [
            {"time": "2026-02-01T10:00:00Z"},
            {"time": "2026-02-03T10:00:00Z"},
            {"time": "2026-02-09T10:00:00Z", "subresource": "status"},
        ],
    },
    "spec": {"nodeSelector": {}, "defaults": {"mtu": "1420"}},
}
CHANGED = datetime(2026, 2, 3, 10, tzinfo=UTC)


class Server(KubernetesSource):
    """Has the resource in some versions; of others it says that there is none."""

    def __init__(self, answers: Mapping[str, object], told: str = UNKNOWN) -> None:
        super().__init__("", None, 1.0)
        self._answers, self._words = answers, told

    async def send(self, request: Request) -> Answer:
        _, _, group, version, *where = request.path.split("/")
        assert (group, *where) == (
            "cilium.io",
            "namespaces",
            "kube-system",
            "ciliumnodeconfigs",
        )
        if version not in self._answers:
            where_from = "https://kube.test"
            raise source_error(FaultKind.NOT_FOUND, "none", self._words, where_from)
        content = msgspec.json.encode({"items": self._answers[version]})
        return Answer(200, {}, content, "https://kube.test")


@pytest.mark.parametrize("version", ["v2", "v2alpha1"])
async def test_settings_are_read_in_the_version_that_there_is(version: str) -> None:
    found = await Server({version: [ITEM]}).ask(ASKED)
    assert found == (NodeSettings("CiliumNodeConfig gpu", {"mtu": "1420"}, CHANGED),)


async def test_settings_may_be_empty() -> None:
    bare = {"metadata": {"name": "bare"}, "spec": {"defaults": None}}
    found = await Server({"v2": [bare]}).ask(ASKED)
    assert found == (NodeSettings("CiliumNodeConfig bare", {}, None),)


async def test_a_cluster_without_such_a_kind_has_none() -> None:
    assert await Server({}).ask(ASKED) == ()


async def test_a_404_of_somebody_else_is_no_answer() -> None:
    with pytest.raises(SourceError):
        await Server({}, "no such route").ask(ASKED)
