"""The stages of one node, judged over values made by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import NOW
from tests.triage.pipelines import (
    BROKEN,
    CUT,
    LAST,
    NAMES,
    OK,
    SERVICE,
    UNKNOWN,
    URL,
    failed,
    kinds,
    lost,
    node,
    pod,
    quiet,
    ships,
    spoke,
    stale,
    states,
    told,
    well,
    words,
)
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.finding import FindingKind
from tui.model.pipeline import Hearing, Shipping
from tui.model.scraping import EndpointSlice, ServicePort
from tui.triage.pipeline import findings, judged


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
    case = well(shipping=ships(shipping))
    mute = replace(case.voices[LAST], kernel_last=None)
    case = replace(case, voices={**case.voices, LAST: mute})
    found = node(judged(case)).stages[0]
    assert (found.state, found.gap) == (BROKEN, gap)


def test_what_something_else_sends_is_doubted_until_lines_of_it_are_lost() -> None:
    case = well(shipping=ships(Shipping((URL,), ())))
    heard = replace(case.voices[LAST], kernel_last=NOW - timedelta(seconds=9))
    case = replace(case, voices={**case.voices, LAST: heard})
    assert states(case)[0] is UNKNOWN
    assert kinds(case) == []
    assert states(replace(case, compared=lost(2)))[0] is BROKEN


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
