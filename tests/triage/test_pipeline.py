"""The stages of a pipeline, judged over values made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.triage.cases import INTERVAL, NOW, SEEN
from tests.triage.reviews import machine
from tui.model.alert import Alert, AlertState, Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.finding import FindingKind
from tui.model.kube import Pod
from tui.model.log import Entry
from tui.model.metric import Rule, RuleAlert
from tui.model.pipeline import (
    Comparison,
    Hearing,
    NodePipeline,
    Pipeline,
    Shipping,
    StageState,
    Voice,
)
from tui.model.reading import Reading
from tui.model.scraping import Endpoint, EndpointSlice, Service, ServicePort
from tui.triage import voice
from tui.triage.pipeline import findings, judged
from tui.triage.pipeline_case import PODS, SERVICES, PipelineCase
from tui.triage.pipeline_ruler import DUTIES
from tui.triage.review_case import Told

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
    return voice.heard({}, entries)["a"]


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


def test_of_a_whole_pipeline_nothing_is_told() -> None:
    way = judged(well())
    assert {each.state for each in way.reports} == {OK}
    assert kinds(well()) == []
    assert way.receiver.node_port == 30600


@pytest.mark.parametrize(
    ("shipping", "gap"),
    [
        (Shipping((), ()), "kernel+services"),
        (Shipping((URL,), ()), "kernel"),
        (Shipping((), (URL,)), "services"),
    ],
)
def test_a_destination_that_is_missing_breaks_the_config(
    shipping: Shipping, gap: str
) -> None:
    found = node(judged(well(shipping=ships(shipping)))).stages[0]
    assert (found.state, found.gap) == (BROKEN, gap)


def test_since_1_13_the_kernel_s_log_goes_with_the_services() -> None:
    case = well(shipping=ships(Shipping((URL,), ())))
    newer = tuple(
        replace(
            x, talos=replace(x.talos, value=replace(x.talos.value, version="v1.13.2"))
        )
        for x in case.nodes
        if x.talos.value
    )
    assert states(replace(case, nodes=newer))[0] is OK
    assert "kernel as a service" in words(replace(case, nodes=newer), 0)


def test_what_the_role_may_not_read_is_inferred_only_from_young_entries() -> None:
    unread = Shipping(None, None, {"machine.logging": "not authorized"})
    case = well(shipping=ships(unread))
    heard = replace(case.voices[LAST], services_last=NOW - timedelta(seconds=9))
    young = replace(case, voices={**case.voices, LAST: heard})
    assert "inferred from entries of its services" in words(young, 0)
    old = replace(heard, services_last=NOW - timedelta(hours=1))
    assert states(replace(case, voices={**case.voices, LAST: old}))[0] is UNKNOWN


def test_a_pod_that_is_missing_on_the_node_breaks_there_and_cuts_off_loki() -> None:
    others = told(tuple(pod(x) for x in NAMES if x != LAST), "kubernetes prod")
    case = well(pods=others, compared=lost(9), **quiet())
    assert states(case) == [OK, OK, BROKEN, CUT]
    assert states(case, NAMES[0]) == [OK, OK, OK, OK]
    assert kinds(case) == [(FindingKind.NODE_SILENT, Verdict.REAL, LAST)]


def test_a_service_for_any_node_can_do_without_the_pod_of_one() -> None:
    anywhere = replace(SERVICE, is_local=False)
    others = told(tuple(pod(x) for x in NAMES if x != LAST), "kubernetes prod")
    case = well(pods=others, services=told((anywhere,), "kubernetes prod"))
    assert states(case) == [OK, OK, OK, OK]


def test_it_is_the_pod_of_the_node_that_is_sent_to_which_counts() -> None:
    there = f"tcp://{NAMES[0]}:30600/"
    case = well(shipping=ships(Shipping((there,), (there,))))
    ill = told((pod(NAMES[0], is_ready=False), pod(LAST)), "kubernetes prod")
    assert states(replace(case, pods=ill))[2] is BROKEN
    away = "tcp://192.0.2.1:30600/"
    case = well(shipping=ships(Shipping((away,), (away,))))
    assert states(case) == [OK, UNKNOWN, UNKNOWN, OK]


def test_a_service_of_another_port_breaks_the_port_of_a_node_that_is_silent() -> None:
    other = replace(SERVICE, ports=(ServicePort("talos", 6000, "6000", 31000),))
    case = well(services=told((other,), "kubernetes prod"), **quiet())
    assert states(case)[1] is BROKEN
    assert "it sends to port 30600" in words(case, 1)


def test_a_port_that_nobody_opens_is_doubted_while_entries_come_all_the_same() -> None:
    assert states(well(services=told((), "kubernetes prod")))[1] is UNKNOWN


def test_a_selector_that_matches_no_pod_breaks_the_port() -> None:
    none = EndpointSlice("monitoring", SERVICE.name, ())
    case = well(slices=told((none,), "kubernetes prod"))
    assert states(case)[1] is BROKEN


@pytest.mark.parametrize("what", ["services", "pods"])
def test_what_kubernetes_refuses_is_not_known_and_not_broken(what: str) -> None:
    place = {"services": 1, "pods": 2}[what]
    for answer in (failed(), stale(getattr(well(), what)), None):
        found = states(well(**{what: answer}))
        assert found[place] is UNKNOWN
        assert BROKEN not in found
    assert kinds(well(**{what: failed()})) == []


def test_a_node_that_is_silent_alone_is_doubted_until_its_kernel_has_told() -> None:
    case = well(**quiet())
    assert node(judged(case)).is_suspect
    assert states(case)[3] is UNKNOWN
    silent = (FindingKind.NODE_SILENT, Verdict.UNDECIDED, LAST)
    assert kinds(case) == [silent]
    assert kinds(replace(case, compared=lost(0))) == [silent]
    certain = (FindingKind.NODE_SILENT, Verdict.REAL, LAST)
    assert kinds(replace(case, compared=lost(3))) == [certain]


def test_all_that_are_silent_at_once_may_have_had_nothing_to_say() -> None:
    voices = {x: spoke(300) for x in NAMES}
    case = well(voices=voices, tail=told(voices), is_heard=False)
    assert states(case)[3] is UNKNOWN
    assert kinds(case) == []
    told_of = (FindingKind.NODE_SILENT, Verdict.REAL, LAST)
    assert kinds(replace(case, compared=lost(2))) == [told_of]


def test_a_node_that_is_down_is_not_told_of_once_more() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "refused")
    case = well(**quiet())
    nodes = tuple(
        replace(
            each,
            talos=replace(each.talos, fault=fault),
            kube=replace(each.kube, is_ready=None) if each.kube else None,
        )
        if each.name == LAST
        else each
        for each in case.nodes
    )
    found = node(judged(replace(case, nodes=nodes)))
    assert found.hearing is Hearing.DOWN
    assert kinds(replace(case, nodes=nodes)) == []


def test_when_loki_is_not_heard_no_node_is_silent() -> None:
    voices = {x: spoke(300) for x in NAMES}
    for tail in (failed(), stale(told(voices))):
        case = well(voices=voices, tail=tail, is_heard=False)
        assert states(case)[3] is UNKNOWN
        assert kinds(case) == []


def test_entries_that_name_no_node_leave_it_unknown_who_is_silent() -> None:
    case = well(voices={}, tail=told({}), is_nameless=True)
    assert states(case)[3] is UNKNOWN
    assert kinds(case) == []


def test_a_node_that_speaks_and_loses_lines_is_told_of_with_their_number() -> None:
    case = well(compared=lost(3))
    assert states(case) == [OK, OK, OK, BROKEN]
    (found,) = findings(judged(case))
    assert found.kind is FindingKind.LOG_PIPELINE
    assert found.detail == "3 of 100 kernel lines never got to Loki"


def test_an_old_comparison_proves_nothing() -> None:
    old = {LAST: stale(lost(3)[LAST])}
    assert states(well(compared=old)) == [OK, OK, OK, OK]


def test_silence_is_a_finding_within_two_minutes_of_the_last_entry() -> None:
    case = well()
    first = next(
        seconds
        for seconds in range(300)
        if kinds(replace(case, **quiet(seconds), compared=lost(seconds > 60)))
    )
    assert first <= 120


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        ((BTRFS, ISCSI), OK),
        ((BTRFS,), BROKEN),
        ((), BROKEN),
        ((BTRFS, replace(ISCSI, health="err", last_error="limit")), BROKEN),
        ((BTRFS, replace(ISCSI, health="unknown", evaluated_at=None)), UNKNOWN),
        ((BTRFS, replace(ISCSI, evaluated_at=NOW - timedelta(minutes=9))), BROKEN),
        ((BTRFS, replace(ISCSI, name="OurOwn")), OK),
    ],
)
def test_both_duties_are_done_by_a_rule_that_is_evaluated(
    rules: tuple[Rule, ...], state: StageState
) -> None:
    found = judged(well(rules=told(rules))).shared[0]
    assert found.state is state
    told_of = [x for x in findings(judged(well(rules=told(rules)))) if x.detail]
    assert bool(told_of) is (state is BROKEN)


def test_the_two_duties_are_those_of_the_runbook() -> None:
    assert [each.name for each in DUTIES] == [BTRFS.name, ISCSI.name]


def alert(name: str, generator: str = "http://prometheus/graph") -> Alert:
    return Alert(
        name,
        {"alertname": name},
        {},
        AlertState.ACTIVE,
        NOW,
        None,
        None,
        generator_url=generator,
    )


def firing(minutes: float) -> Rule:
    since = NOW - timedelta(minutes=minutes)
    raised = RuleAlert({"alertname": BTRFS.name}, {}, "firing", since, "1")
    return replace(BTRFS, state="firing", alerts=(raised,))


@pytest.mark.parametrize(
    ("minutes", "listed", "wiring", "state"),
    [
        (0, (), "http://am", OK),
        (0, (), "", BROKEN),
        (0, (), None, UNKNOWN),
        (1, (), "http://am", OK),
        (5, (), "http://am", BROKEN),
        (5, (alert(BTRFS.name),), None, OK),
        (5, (alert(BTRFS.name),), "", OK),
        (0, (alert("Other", "http://x/explore?left=1"),), None, OK),
        (0, (alert("Other"),), None, UNKNOWN),
    ],
)
def test_whether_alerts_of_loki_arrive(
    minutes: float, listed: tuple[Alert, ...], wiring: str | None, state: StageState
) -> None:
    rules = (firing(minutes), ISCSI) if minutes else (BTRFS, ISCSI)
    case = well(
        rules=told(rules),
        alerts=told(listed, "alertmanager"),
        wiring=failed("forbids this") if wiring is None else told(wiring),
    )
    assert judged(case).shared[1].state is state


def test_an_alertmanager_that_does_not_answer_proves_no_loss() -> None:
    case = well(rules=told((firing(5), ISCSI)), alerts=failed(), wiring=failed())
    assert judged(case).shared[1].state is UNKNOWN


def test_a_loki_that_others_share_is_told_of_by_one_cluster_alone() -> None:
    case = well(rules=told(()))
    assert [x.subject for x in findings(judged(case))] == ["loki rules"]
    assert findings(judged(replace(case, is_home=False))) == ()
