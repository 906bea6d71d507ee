"""All decoders of the sources, each as a function of what a server says.

Each is reached as the product reaches it: through its source, or what stands in for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from tests.hostile import shapes
from tests.sources.replay import ENDPOINT, body, recorded, saying
from tui.model import question as asked
from tui.model.fleet import SourceKind
from tui.model.rights import RIGHTS
from tui.model.silence import Matcher, SilenceDraft
from tui.sources import (
    alertmanager_wire,
    kubernetes_cilium,
    kubernetes_leases,
    kubernetes_pod_wire,
    kubernetes_wire,
    loki_wire,
    prometheus_wire,
)
from tui.sources import greeting as greeting_module
from tui.sources import kubernetes_managed_wire as managed
from tui.sources import kubernetes_rights as rights
from tui.sources import kubernetes_scraping_wire as scraping
from tui.sources import kubernetes_storage_wire as storage
from tui.sources.alertmanager import AlertmanagerSource
from tui.sources.http import Request
from tui.sources.http_fault import Answer
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_monitors import Monitors
from tui.sources.loki import LokiSource
from tui.sources.prometheus import PrometheusSource
from tui.sources.prometheus_targets import DOCUMENT

Read = Callable[[bytes], Awaitable[object]]
Decoder = msgspec.json.Decoder[Any]

SECONDS = 5.0
_AT = datetime(2026, 2, 27, tzinfo=UTC)
_DRAFT = SilenceDraft((Matcher("a", "b"),), _AT, _AT, "me", "why", id="x")


@dataclass(frozen=True)
class Reader:
    """One way from bytes into the model."""

    name: str
    read: Read
    decoder: Decoder
    """Whose shape an answer has."""
    raws: tuple[tuple[str, Any], ...] = ()
    """Of what type the parts are that are decoded later."""
    recordings: tuple[str, ...] = ()

    def answers(self) -> st.SearchStrategy[Any]:
        """Answers of the right shape, with harm in each field."""
        kind: Any = self.decoder.type
        return shapes.of(kind, self.raws)


class KubernetesDouble(KubernetesSource):
    """Gets the same answer to everything."""

    def __init__(self, content: bytes) -> None:
        super().__init__("", None, SECONDS)
        self._content = content

    async def send(self, request: Request) -> Answer:
        del request
        return Answer(200, {}, self._content, "https://kube.test")


def prometheus(ask: Callable[[PrometheusSource], Awaitable[object]]) -> Read:
    async def read(content: bytes) -> object:
        transport = saying(200, content, content_type="application/json")
        return await ask(PrometheusSource(ENDPOINT, SECONDS, transport=transport))

    return read


def alertmanager(ask: Callable[[AlertmanagerSource], Awaitable[object]]) -> Read:
    async def read(content: bytes) -> object:
        transport = saying(200, content, content_type="application/json")
        return await ask(AlertmanagerSource(ENDPOINT, SECONDS, transport=transport))

    return read


def loki(ask: Callable[[LokiSource], Awaitable[object]]) -> Read:
    async def read(content: bytes) -> object:
        transport = saying(200, content, content_type="application/json")
        return await ask(LokiSource(ENDPOINT, SECONDS, transport=transport))

    return read


async def tail_frame(content: bytes) -> object:
    """A frame of a tail, as it comes out of the websocket."""
    return LokiSource(ENDPOINT, SECONDS)._frame(content)


def kubernetes(question: asked.KubeQuestion) -> Read:
    async def read(content: bytes) -> object:
        return await KubernetesDouble(content).ask(question)

    return read


async def greeting(content: bytes) -> object:
    """What a server says of itself."""

    async def send(request: Request) -> Answer:
        del request
        return Answer(200, {}, content, "http://prometheus.test")

    return await greeting_module.greet(send, SourceKind.PROMETHEUS)


async def who(content: bytes) -> object:
    """Whom the API server takes us for."""
    return await rights.who(KubernetesDouble(content))


async def may(content: bytes) -> object:
    """Whether it lets us read something."""
    return await rights.may(KubernetesDouble(content), RIGHTS[0], "get")


async def monitor(content: bytes) -> object:
    """A ServiceMonitor as a whole, to be shown before it is deleted."""
    return await Monitors("prod", KubernetesDouble(content)).read("apps", "web")


async def deletion(content: bytes) -> object:
    """What is said when it is deleted."""
    found = await Monitors("prod", KubernetesDouble(b'{"metadata":{}}')).read("a", "b")
    assert found is not None
    monitors = Monitors("prod", KubernetesDouble(content))
    return await monitors.delete(found, is_dry=True)


_STREAMS = (
    ("result", list[loki_wire.StreamWire]),
    ("stream", dict[str, str] | None),
    ("extra", loki_wire.ExtraWire | None),
)
_COUNTS = (("result", list[loki_wire.SeriesWire]),)
_SERIES = (("result", list[prometheus_wire.SeriesWire]),)
_ALERTS = (("alerts", list[prometheus_wire.RuleAlertWire]),)
_ANYTHING: Decoder = msgspec.json.Decoder(dict[str, Any])

READERS = (
    Reader("greeting", greeting, greeting_module._BUILD),
    Reader("who we are", who, rights._SELF),
    Reader("what we may", may, rights._REVIEW),
    Reader(
        "prometheus targets",
        prometheus(lambda source: source.targets()),
        DOCUMENT,
        recordings=("prometheus/targets-active.json", "prometheus/targets-any.json"),
    ),
    Reader(
        "prometheus rules",
        prometheus(lambda source: source.rules()),
        prometheus_wire.GROUPS,
        _ALERTS,
        ("prometheus/rules.json", "prometheus/rules-keep-firing.json"),
    ),
    Reader(
        "prometheus alertmanagers",
        prometheus(lambda source: source.alertmanagers()),
        prometheus_wire.ALERTMANAGERS,
    ),
    Reader(
        "prometheus query",
        prometheus(lambda source: source.query("up")),
        prometheus_wire.RESULT,
        _SERIES,
        (
            *("prometheus/query-vector-up.json", "prometheus/query-nan-inf.json"),
            *("prometheus/query-scalar.json", "prometheus/query-string.json"),
        ),
    ),
    Reader(
        "prometheus range",
        prometheus(lambda source: source.query_range("up", _AT, _AT, 60)),
        prometheus_wire.RESULT,
        _SERIES,
        ("prometheus/query_range-matrix.json",),
    ),
    Reader(
        "prometheus runtime",
        prometheus(lambda source: source._require_discovery()),
        prometheus_wire.RUNTIME,
        recordings=("prometheus/runtimeinfo.json",),
    ),
    Reader(
        "alertmanager alerts",
        alertmanager(lambda source: source.alerts()),
        msgspec.json.Decoder(list[alertmanager_wire.AlertWire]),
        recordings=("alertmanager/alerts-all.json",),
    ),
    Reader(
        "alertmanager silences",
        alertmanager(lambda source: source.silences()),
        msgspec.json.Decoder(list[alertmanager_wire.SilenceWire]),
        recordings=("alertmanager/silences.json",),
    ),
    Reader(
        "alertmanager change",
        alertmanager(lambda source: source.put_silence(_DRAFT)),
        msgspec.json.Decoder(alertmanager_wire.SilenceWire),
        recordings=("alertmanager/silence-get-pending.json",),
    ),
    Reader(
        "loki range",
        loki(lambda source: source.query_range("{}", 0, 1, 9, forward=True)),
        loki_wire.RANGE,
        _STREAMS,
        (
            *("loki/query_range-nasty-lines.json", "loki/paging-all.json"),
            "loki/query_range-structured-metadata-categorized.json",
        ),
    ),
    Reader(
        "loki counts",
        loki(lambda source: source.counts("{}", 0, 10**9, 1)),
        loki_wire.RANGE,
        _COUNTS,
        ("loki/query_range-matrix.json",),
    ),
    Reader(
        "loki rules",
        loki(lambda source: source.rules()),
        prometheus_wire.GROUPS,
        _ALERTS,
        ("loki/prom-rules-firing.json",),
    ),
    Reader(
        "loki config",
        loki(lambda source: source.receiver()),
        _ANYTHING,
        recordings=("loki/config-diffs.txt", "loki/services.txt"),
    ),
    Reader("loki tail", tail_frame, loki_wire.FRAME, _STREAMS),
    *(
        Reader(f"kubernetes {type(question).__name__}", kubernetes(question), decoder)
        for question, decoder in (
            (asked.KubeNodes(), kubernetes_wire.NODES),
            (asked.PodsWith("", ""), kubernetes_pod_wire.PODS),
            (asked.EventsWith("", ""), kubernetes_wire.EVENTS),
            (asked.LeaseOf("a", "b"), kubernetes_leases.LEASE),
            (asked.LeasesIn("a"), kubernetes_leases.LEASES),
            (asked.StorageClasses(), kubernetes_wire.STORAGE_CLASSES),
            (asked.CsiDrivers(), kubernetes_wire.CSI_DRIVERS),
            (asked.KubeVersion(), kubernetes_wire.VERSION),
            (asked.DaemonSetOf("a", "b"), managed.DAEMON_SET),
            (asked.DaemonSetsWith("a", "b"), managed.DAEMON_SETS),
            (asked.DaemonSets(), managed.DAEMON_SETS),
            (asked.Deployments(), managed.DEPLOYMENTS),
            (asked.StatefulSets(), managed.STATEFUL),
            (asked.ConfigMapOf("a", "b"), managed.CONFIG_MAP),
            (asked.CiliumNodeConfigs("a"), kubernetes_cilium.CONFIGS),
            (asked.ServicesIn("a"), scraping.SERVICES),
            (asked.EndpointSlicesOf("a", "b"), scraping.ENDPOINT_SLICES),
            (asked.ServiceMonitors(), scraping.SERVICE_MONITORS),
            (asked.PersistentVolumes(), storage.VOLUMES),
            (asked.VolumeAttachments(), storage.ATTACHMENTS),
            (asked.ClaimsIn("a"), storage.CLAIMS),
        )
    ),
    Reader("kubernetes manifest", monitor, _ANYTHING),
    Reader("kubernetes deletion", deletion, _ANYTHING),
)
ELSEWHERE = {
    # Reached through one of the above, which decode their parts.
    *("alertmanager_wire.LIST", "alertmanager_wire._ALERT", "loki_wire._STREAM"),
    *("alertmanager_wire._SILENCE", "alertmanager_wire.OBJECT", "loki_wire._EXTRA"),
    *("alertmanager_wire.CREATED", "loki_wire.STREAMS", "loki_wire.SERIES"),
    *("prometheus_wire._RULE_ALERT", "prometheus_wire.SERIES"),
    *("prometheus_wire.SCALAR", "prometheus_targets._TARGET"),
    # Of broken text both readings come to the same; see test_prometheus_targets.py.
    "prometheus_targets._SCRAPE",
    # Their words come from a program of our own; see test_files.py.
    *("kubernetes_wire.ACCESS", "kubernetes_wire.ACCESSES"),
    *("kubernetes_access._REFUSAL", "contexts._LIST", "kubernetes_expiry._CLAIMS"),
}


def samples(reader: Reader) -> tuple[bytes, ...]:
    """What real servers have said."""
    return tuple(body(recorded(file)) for file in reader.recordings)
