"""What ails the machines themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import NOW
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import NodeView
from tui.model.kube import KubeNode
from tui.model.machine import Certificate, Etcd, EtcdPeer, Facts, Filesystem
from tui.model.reading import Reading
from tui.model.talos import TalosNode
from tui.triage import machine

MINUTE = timedelta(minutes=1)
FAULT = Fault(FaultKind.TIMEOUT, "no answer")
IDS = {"cp-1": "a1", "cp-2": "b2", "cp-3": "c3"}
PEERS = tuple(EtcdPeer(key, name, is_learner=False) for name, key in IDS.items())


def etcd(name: str, *, index: int = 50_000, applied: int | None = None) -> Etcd:
    return Etcd(
        member_id=IDS[name],
        leader_id="a1",
        is_learner=False,
        database_bytes=100,
        in_use_bytes=60,
        raft_index=index,
        raft_applied_index=index if applied is None else applied,
        raft_term=7,
        errors=(),
        alarms=(),
        members=PEERS,
    )


def node(name: str, facts: Facts, at: datetime = NOW) -> NodeView:
    talos = TalosNode("10.0.0.1", name, "v1.11.2", (), None)
    return NodeView(
        name,
        "10.0.0.1",
        Reading(talos, NOW, None, 1),
        None,
        facts=Reading(facts, at, None, 1),
    )


def plane(name: str, member: Etcd | None, at: datetime = NOW) -> NodeView:
    return node(name, Facts(is_control_plane=True, etcd=member), at)


def found(*nodes: NodeView) -> list[Finding]:
    return list(machine.of_nodes(nodes, MINUTE, NOW))


def test_machines_that_are_well_are_no_findings() -> None:
    assert found(*(plane(name, etcd(name)) for name in IDS)) == []


def test_what_was_never_told_is_no_finding() -> None:
    silent = NodeView("wk-1", "10.0.0.9", Reading(), None)
    assert found(silent, node("wk-2", Facts())) == []


def test_a_member_that_is_far_behind_the_leader_lags() -> None:
    (lag,) = found(
        plane("cp-1", etcd("cp-1")), plane("cp-2", etcd("cp-2", index=44_000))
    )
    assert (lag.kind, lag.verdict) == (FindingKind.ETCD, Verdict.REAL)
    assert lag.subject == "cp-2"
    assert "6000" in lag.detail


def test_a_member_that_was_asked_before_the_leader_may_have_caught_up() -> None:
    before = NOW - timedelta(seconds=30)
    assert not found(
        plane("cp-1", etcd("cp-1")), plane("cp-2", etcd("cp-2", index=44_000), before)
    )


def test_a_member_of_another_term_is_not_compared() -> None:
    other = replace(etcd("cp-2", index=1), raft_term=6)
    assert not found(plane("cp-1", etcd("cp-1")), plane("cp-2", other))


def test_a_member_that_does_not_apply_what_it_has_lags_by_its_own_word() -> None:
    (lag,) = found(plane("cp-2", etcd("cp-2", applied=48_000)))
    assert "2000 entries are not applied" in lag.detail


def test_a_member_without_a_leader_is_real() -> None:
    lost = replace(etcd("cp-1"), leader_id="", errors=("etcdserver: no leader",))
    (finding,) = found(plane("cp-1", lost))
    assert finding.verdict is Verdict.REAL
    assert "no leader" in finding.title


def test_an_alarm_that_every_member_tells_of_is_one_finding() -> None:
    alarmed = [
        plane(name, replace(etcd(name), alarms=("no-space of cp-1",))) for name in IDS
    ]
    (finding,) = found(*alarmed)
    assert "no-space" in finding.title


def test_a_control_plane_that_is_no_member_is_missing() -> None:
    others = replace(etcd("cp-1"), members=PEERS[:2])
    lone = Facts(is_control_plane=True, unavailable={"etcd": "not running"})
    (finding,) = found(plane("cp-1", others), node("cp-3", lone))
    assert finding.verdict is Verdict.REAL
    assert finding.subject == "cp-3"
    assert finding.detail == "not running"


@pytest.mark.parametrize(
    ("used", "expected"), [(0.89, []), (0.93, [FindingKind.FILESYSTEM_FULL])]
)
def test_a_filesystem_is_full_from_nine_tenths_on(
    used: float, expected: list[FindingKind]
) -> None:
    disk = Filesystem("/var", "/dev/sda6", 10_000, round(10_000 * (1 - used)))
    assert [f.kind for f in found(node("wk-1", Facts(filesystems=(disk,))))] == expected


@pytest.mark.parametrize(
    ("offset", "verdicts"),
    [
        (0.05, []),
        (-0.18, [Verdict.UNDECIDED]),
        (1.2, [Verdict.REAL]),
        (-3600.0, [Verdict.REAL]),
    ],
)
def test_a_clock_that_is_off_is_certain_from_a_second_on(
    offset: float, verdicts: list[Verdict]
) -> None:
    clocks = found(node("wk-1", Facts(clock_offset_seconds=offset)))
    assert [each.verdict for each in clocks] == verdicts


def test_what_was_told_long_ago_or_before_a_failure_is_undecided() -> None:
    facts = Facts(clock_offset_seconds=5.0)
    old = node("wk-1", facts, NOW - timedelta(minutes=5))
    failed = node("wk-2", facts)
    failed = replace(failed, facts=replace(failed.facts, fault=FAULT))
    verdicts = {each.verdict for each in found(old, failed)}
    assert verdicts == {Verdict.UNDECIDED}


def test_a_certificate_is_a_finding_thirty_days_before_its_end() -> None:
    later, soon, gone = (
        Certificate(f"talosconfig {days}", NOW + timedelta(days=days, hours=1))
        for days in (31, 3, -2)
    )
    titles = [f.title for f in machine.of_certificates((later, soon, gone), NOW)]
    assert titles == [
        "the certificate of talosconfig 3 expires in 3 days",
        "the certificate of talosconfig -2 has expired",
    ]


def test_a_node_on_another_talos_is_named_and_may_be_on_purpose() -> None:
    one, two, odd = (node(name, Facts()) for name in ("wk-1", "wk-2", "wk-3"))
    assert odd.talos.value is not None
    older = replace(odd.talos.value, version="v1.10.0")
    odd = replace(odd, talos=replace(odd.talos, value=older))
    (skew,) = found(one, two, odd)
    assert (skew.kind, skew.verdict) == (FindingKind.VERSION_SKEW, Verdict.UNDECIDED)
    assert skew.subject == "wk-3"


def kube(name: str, version: str, *, is_control_plane: bool = False) -> NodeView:
    object_ = KubeNode(
        name,
        (),
        is_ready=True,
        ready_message="",
        kubelet_version=version,
        os_image="Talos",
        is_control_plane=is_control_plane,
        is_unschedulable=False,
    )
    return NodeView(name, "", Reading(), object_)


@pytest.mark.parametrize(
    ("version", "verdicts"),
    [
        ("v1.34.9", []),
        ("v1.33.0", []),
        ("v1.32.0", [Verdict.UNDECIDED]),
        ("v1.35.0", [Verdict.UNDECIDED]),
        ("v1.30.0", [Verdict.REAL]),
        ("nonsense", []),
    ],
)
def test_a_kubelet_far_from_the_control_plane_is_a_finding(
    version: str, verdicts: list[Verdict]
) -> None:
    plane = kube("cp-1", "v1.34.1", is_control_plane=True)
    skews = found(plane, kube("wk-1", version))
    assert [each.verdict for each in skews] == verdicts
