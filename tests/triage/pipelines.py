"""A cluster whose log pipeline is whole, and how tests break it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.triage.cases import INTERVAL, NOW, SEEN
from tests.triage.reviews import machine
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.finding import FindingKind
from tui.model.kube import Pod
from tui.model.log import Entry
from tui.model.metric import Rule
from tui.model.pipeline import (
    Comparison,
    NodePipeline,
    Pipeline,
    Shipping,
    StageState,
    Voice,
)
from tui.model.reading import Reading
from tui.model.scraping import Endpoint, EndpointSlice, Service, ServicePort
from tui.triage import voice
from tui.triage.kernel_log import runs
from tui.triage.pipeline import findings, judged
from tui.triage.pipeline_case import PODS, SERVICES, PipelineCase
from tui.triage.told import Told

NAMES = ("talos-cp-1", "talos-cp-2", "talos-wk-1")
LAST = "talos-wk-1"
URL = f"tcp://{LAST}:30600/"
OK, BROKEN = StageState.OK, StageState.BROKEN
UNKNOWN, CUT = StageState.UNKNOWN, StageState.CUT


def told(value: Any, source: str = "loki", query: str = "") -> Told[Any]:
    return Told(Reading(value, SEEN, attempts=1), INTERVAL, source, query)


def failed(summary: str = "refused") -> Told[Any]:
    fault = Fault(FaultKind.FORBIDDEN, summary)
    return Told(Reading(None, None, fault, 1), INTERVAL, "kubernetes prod")


def stale(of: Told[Any]) -> Told[Any]:
    long_ago = NOW - 5 * INTERVAL
    return replace(of, reading=replace(of.reading, observed_at=long_ago))


def pod(node: str, *, is_ready: bool = True) -> Pod:
    labels = {"talos-log-receiver": "true"}
    reason = "" if is_ready else "CrashLoopBackOff"
    return Pod(
        "monitoring",
        f"vector-{node}",
        node,
        labels,
        "Running",
        is_ready,
        SEEN,
        True,
        reason,
    )


def spoke(seconds_ago: float = 3, every: float = 8) -> Voice:
    times = [seconds_ago + every * n for n in range(200)]
    entries = [
        Entry(int((NOW - timedelta(seconds=x)).timestamp() * 1e9), {"host": "a"}, "x")
        for x in times
    ]
    return voice.heard({}, runs(entries))["a"]


def rule(name: str, query: str, **changes: Any) -> Rule:
    known = Rule(
        "talos.yml", "talos", 0, name, query, "inactive", "ok", "", 0.0, {}, {}, ()
    )
    return replace(known, evaluated_at=SEEN, interval_seconds=60.0, **changes)


BTRFS = rule(
    "BTRFSCorruptionDetected",
    'sum(count_over_time({job="talos-kernel"} '
    '|= "parent transid verify failed" [5m])) > 0',
)
ISCSI = rule(
    "ISCSIKernelError",
    'sum(count_over_time({job="talos-kernel"} '
    '|~ "(?i)(iscsid|iscsi).*(error|failed|timeout|lost)" [5m])) > 0',
)
SERVICE = Service(
    "monitoring",
    "talos-log-receiver",
    {},
    {"talos-log-receiver": "true"},
    (ServicePort("talos", 6000, "6000", 30600),),
    is_local=True,
)


def well(**changes: Any) -> PipelineCase:
    """A cluster of three nodes of which every stage is proven."""
    ends = tuple(Endpoint(x, True, x, f"vector-{x}") for x in NAMES)
    own = {x: Shipping((f"tcp://{x}:30600/",), (f"tcp://{x}:30600/",)) for x in NAMES}
    voices = {x: spoke() for x in NAMES}
    case = PipelineCase(
        cluster="prod",
        selector='{job="talos-kernel"}',
        marks={},
        loki_url="http://loki",
        is_home=True,
        nodes=tuple(map(machine, NAMES)),
        shipping={x: told(ships, f"talos {x}") for x, ships in own.items()},
        services=told((SERVICE,), "kubernetes prod", SERVICES.text),
        slices=told((EndpointSlice("monitoring", SERVICE.name, ends),), "kubernetes"),
        pods=told(tuple(map(pod, NAMES)), "kubernetes prod", PODS.text),
        tail=told(voices),
        voices=voices,
        is_nameless=False,
        is_heard=True,
        compared={},
        rules=told((BTRFS, ISCSI)),
        wiring=told("http://alertmanager:9093"),
        alerts=told((), "alertmanager"),
        missing_since={},
        now=NOW,
    )
    return replace(case, **changes)


def node(way: Pipeline, name: str = LAST) -> NodePipeline:
    return next(each for each in way.nodes if each.name == name)


def states(case: PipelineCase, name: str = LAST) -> list[StageState]:
    return [each.state for each in node(judged(case), name).stages]


def words(case: PipelineCase, place: int) -> str:
    return node(judged(case)).stages[place].words


def ships(shipping: Shipping) -> Mapping[str, Told[Any]]:
    return {**well().shipping, LAST: told(shipping, f"talos {LAST}")}


def lost(number: int, of: int = 100) -> Mapping[str, Told[Any]]:
    at = NOW - timedelta(seconds=90) if number else None
    hour = NOW - timedelta(hours=1)
    found = Comparison(hour, NOW, of, number, NOW, at, at, ("a line",) * bool(number))
    return {LAST: told(found, f"talos {LAST}, loki")}


def quiet(seconds_ago: float = 300) -> dict[str, Any]:
    voices = {**well().voices, LAST: spoke(seconds_ago)}
    return {"voices": voices, "tail": told(voices)}


def kinds(case: PipelineCase) -> list[tuple[FindingKind, Verdict, str]]:
    return [(x.kind, x.verdict, x.subject) for x in findings(judged(case))]
