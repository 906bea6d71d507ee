from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.machines import (
    alive,
    black_holed,
    dead,
    make_etcd,
    make_facts,
    refusing,
)
from tests.screens.stage import SIZES, Stage, on_stage
from tests.screens.test_nodes import fleet_with, line_of, node, order
from tests.screens.test_views import HOSTILE
from tui.model.command import ChangeService, Outcome, ServiceVerb
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet, NodeView
from tui.model.log import Entry, LogBatch
from tui.model.machine import Etcd, EtcdPeer
from tui.model.reading import Reading
from tui.model.talos import ServiceHealth, TalosService
from widgets.log_view import LogView

CP1 = ("tab", "slash", *"cp-1", "enter", "enter")
"""Opens talos-cp-1 from the first screen."""
WK2 = ("tab", "slash", *"wk-2", "enter", "enter")


VIEWS = {
    "1": ("services", "9/9 up", "● apid", "history of apid", "following"),
    "2": ("dmesg", "UTC", "btrfs ✖ BTRFS error", "following"),
    "3": ("cpu  user", "memory  42%", "filesystems", "21%", "kubelet", "29m ago"),
    "4": ("etcd of prod", "1 of 1 member healthy", "leader", "48 MiB"),
    "5": ("review of prod", "✖ fail", "? can't tell", "✔ pass", "→ Add two"),
}
"""The keys of a node's views, and what each of them shows."""


@pytest.mark.parametrize("size", SIZES)
async def test_each_view_is_one_key_away_and_fits(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await stage.press(*CP1)
        await stage.until("talos-cp-1")
        for key, words in VIEWS.items():
            await stage.press(key)
            for word in words:
                await stage.until(word)
            assert "talos-cp-1  ● up  10.10.0.40  control plane  Ready" in stage.text
            assert "stage running" in stage.text


async def test_the_foot_offers_the_log_of_a_service_once() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*WK2)
        assert "enter log   R restart" in stage.text.splitlines()[-1]


async def test_the_tabs_say_where_trouble_waits() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*WK2)
        line = line_of(stage, "[services]")
        assert "[services] ▲ 1" in line
        assert "dmesg ✖ 6" in line
        assert "review ✖ 1" in line


async def test_a_node_is_watched_while_it_is_open() -> None:
    async with on_stage() as stage:
        await stage.press(*CP1)
        assert stage.backend.watched == [("prod", "10.10.0.40")]
        await stage.press("escape")
        assert stage.backend.watched == []
        assert stage.backend.open_tails == 0


async def test_the_history_is_of_the_service_under_the_cursor() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*WK2)
        assert "history of kubelet" in stage.text
        assert "Get http://127.0.0.1:10248: refused" in stage.text
        await stage.press("j")
        assert "history of apid" in stage.text
        assert stage.backend.open_tails == 1
        await stage.press("l")
        assert stage.backend.tails[-1] == ("service", "prod", "10.10.0.42", "apid")


async def test_unknown_health_is_neither_good_nor_bad() -> None:
    quiet = TalosService("ext-iscsid", "Running", ServiceHealth.UNKNOWN)
    async with on_stage((120, 36), fleet_with(cp1=with_service(quiet))) as stage:
        await stage.press(*CP1)
        assert "no check" in line_of(stage, "● ext-iscsid")
        assert "history" in stage.text
        assert "no events are kept" in stage.text


def said(stage: Stage) -> str:
    """What the toasts of the app say."""
    return " ".join(each.message for each in stage.app._notifications)


def with_service(*services: TalosService) -> NodeView:
    """talos-cp-1 with these services only."""
    found = node("talos-cp-1")
    assert found.talos.value
    talos = replace(found.talos.value, services=services)
    return replace(found, talos=replace(found.talos, value=talos))


async def test_restart_asks_first_and_says_what_the_service_does() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.outcome = Outcome(said='Service "kubelet" restarted')
        await stage.press(*WK2, "R")
        assert "Restart kubelet on talos-wk-2?" in stage.text
        assert "starts and watches this node's pods" in stage.text
        assert stage.backend.submitted == []
        await stage.press("y")
        change = ChangeService("prod", "10.10.0.42", "kubelet", ServiceVerb.RESTART)
        assert stage.backend.submitted == [change]
        assert 'Service "kubelet" restarted' in said(stage)


async def test_nothing_is_done_when_the_answer_is_no() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*WK2, "R", "enter")
        assert stage.backend.submitted == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("R", "Talos does not let apid be restarted"),
        ("S", "Talos does not let apid be started"),
        ("X", "Talos does not let apid be stopped"),
    ],
)
async def test_what_apid_refuses_is_refused_before_asking(key: str, words: str) -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*CP1, key)
        assert words in said(stage)
        assert stage.backend.submitted == []


async def test_the_kubelet_cannot_be_stopped_but_an_extension_can() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*WK2, "X")
        assert "only restarted or started" in said(stage)
    extension = TalosService("ext-iscsid", "Running", ServiceHealth.UNKNOWN)
    async with on_stage((120, 36), fleet_with(cp1=with_service(extension))) as stage:
        await stage.press(*CP1, "X", "y")
        assert isinstance(stage.backend.submitted[0], ChangeService)
        assert stage.backend.submitted[0].verb is ServiceVerb.STOP


async def test_a_refused_change_says_why_and_what_helps() -> None:
    async with on_stage((120, 36)) as stage:
        fault = Fault(FaultKind.FORBIDDEN, "the role os:reader may not do this")
        stage.backend.outcome = Outcome(fault=fault)
        await stage.press(*WK2, "R", "y")
        assert "the role os:reader may not do this" in said(stage)
        assert "These credentials lack a right" in said(stage)


def record(line: str, priority: str, facility: str = "kern") -> Entry:
    labels = {"node": "10.10.0.40", "priority": priority, "facility": facility}
    return Entry(1_795_227_227_000_000_000, labels, line)


async def test_levels_classes_and_times_of_the_kernel_log() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.batches = (
            LogBatch(
                (
                    record("usb 1-1: device descriptor read, error -110", "err"),
                    record("audit backlog", "warning"),
                    record("[talos] service[etcd](Waiting): waits", "warning", "user"),
                    record("BTRFS error (device sdb): bad", "info"),
                )
            ),
        )
        await stage.press(*CP1, "d")
        await stage.until("BTRFS")
        assert "err   ✖ usb" in stage.text
        assert "warn  audit backlog" in stage.text
        assert "      [talos] service" in stage.text
        assert "btrfs ✖ BTRFS error" in stage.text
        await stage.press("u")
        await stage.until("seconds since boot")
        assert "1641600.000" in line_of(stage, "usb")
        await stage.press("u")
        await stage.until("UTC, exact")
        await stage.press("u", "u")
        await stage.until("dmesg  UTC ━")


async def test_errors_of_the_kernel_log_are_one_key_away() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*CP1, "d")
        await stage.until("BTRFS warning")
        log = stage.app.screen.query_one("#kernel LogView", LogView)
        for key, words in (("e", "session1"), ("e", "rejecting"), ("E", "session1")):
            await stage.press(key)
            await stage.until("paused")
            await stage.press("y")
            assert words in stage.app.clipboard
        assert not log.following
        assert "paused" in stage.text


async def test_the_kernel_log_goes_on_while_another_view_is_in_front() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*CP1, "d", "3", "d")
        tails = [tail for tail in stage.backend.tails if tail[0] == "dmesg"]
        assert len(tails) == 1
        assert "BTRFS error" in stage.text


async def test_processes_are_ordered_by_cpu_or_memory() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*CP1, "3")
        assert "processes  3, by cpu" in stage.text
        assert order(stage, "bin/kubelet", "bin/etcd")[0] == "bin/kubelet"
        await stage.press("s")
        assert "processes  3, by memory" in stage.text
        assert order(stage, "bin/kubelet", "bin/etcd")[0] == "bin/etcd"


async def test_parts_that_a_node_does_not_tell_say_why_and_nothing_else_changes() -> (
    None
):
    fleet = fleet_with(cp1=refusing(node("talos-cp-1")))
    async with on_stage((200, 60), fleet) as stage:
        await stage.press(*CP1, "3")
        assert "○ the role os:reader may not ask this" in stage.text
        assert "○ the mounts cannot be read" in stage.text
        assert "homeassistant" in stage.text
        assert "eth0 in 2.0 MiB/s" in stage.text
        await stage.press("4")
        assert "talos-cp-1: Talos 1.6 has no such call" in stage.text
        assert "○ unknown" in stage.text
        assert "missing" not in stage.text


async def test_without_readings_the_charts_say_so() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.moments = ()
        await stage.press(*CP1, "3")
        assert "cpu  no readings yet" in stage.text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [dead, black_holed])
async def test_a_node_that_is_gone_opens_and_says_why(
    size: tuple[int, int], make: Callable[[NodeView], NodeView]
) -> None:
    gone = make(node("talos-cp-1"))
    async with on_stage(size, fleet_with(cp1=gone)) as stage:
        await stage.press(*CP1)
        for key in VIEWS:
            await stage.press(key)
            assert "talos-cp-1" in stage.text
            assert gone.talos.fault
            assert f"✖ {gone.talos.fault.summary}" in stage.text
            assert gone.talos.fault.advice[:20] in stage.text


def cluster_of_three(lag: int = 0) -> Fleet:
    """cp-1 leads, wk-1 follows so many entries behind, wk-3 is listed but gone."""
    peers = (
        EtcdPeer("8e9e05c52164694d", "talos-cp-1", is_learner=False),
        EtcdPeer("0000000000000001", "talos-wk-1", is_learner=False),
        EtcdPeer("0000000000000003", "talos-wk-3", is_learner=False),
    )
    leader = replace(make_etcd(), members=peers)
    follower = replace(
        leader,
        member_id="0000000000000001",
        raft_applied_index=leader.raft_applied_index - lag,
    )

    def with_etcd(name: str, etcd: Etcd) -> NodeView:
        facts = replace(node(name).facts, value=make_facts(etcd))
        return replace(alive(node(name)), facts=facts)

    return fleet_with(
        cp1=with_etcd("talos-cp-1", leader),
        wk1=with_etcd("talos-wk-1", follower),
        wk3=dead(black_holed(node("talos-wk-3"))),
    )


def member_line(stage: Stage, name: str) -> str:
    lines = [line for line in stage.text.splitlines() if name in line]
    return lines[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_a_missing_member_is_loud(size: tuple[int, int]) -> None:
    async with on_stage(size, cluster_of_three()) as stage:
        await stage.press(*CP1, "4")
        assert "2 of 3 members healthy" in stage.text
        assert "✖ missing" in member_line(stage, "talos-wk-3")
        assert "connection refused" in stage.text
        assert "● healthy" in member_line(stage, "talos-wk-1")
        assert "etcd] ✖ 1" in stage.text


async def test_a_lagging_member_is_loud() -> None:
    async with on_stage((120, 36), cluster_of_three(lag=2_500)) as stage:
        await stage.press(*CP1, "4")
        assert "▲ lagging" in member_line(stage, "talos-wk-1")
        assert "2,500" in member_line(stage, "talos-wk-1")


async def test_a_worker_shows_the_etcd_of_its_cluster() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*WK2, "4")
        assert "talos-wk-2 is a worker" in stage.text
        assert "healthy" in member_line(stage, "talos-cp-1")


async def test_enter_opens_the_node_of_a_member() -> None:
    async with on_stage((120, 36), cluster_of_three()) as stage:
        await stage.press(*CP1, "4", "slash", *"wk-1", "enter", "enter")
        assert " talos-wk-1 " in stage.text.splitlines()[1]


async def test_enter_on_the_member_that_is_this_node_says_so() -> None:
    async with on_stage((120, 36), cluster_of_three()) as stage:
        await stage.press(*CP1, "4", "slash", *"cp-1", "enter", "enter")
        (toast,) = stage.app._notifications
        assert toast.message == "This is talos-cp-1."


async def test_there_is_no_key_for_rows_that_lead_nowhere() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*CP1, "3")
        assert "enter" not in stage.text.splitlines()[-1]


async def test_a_check_shows_its_evidence_and_its_query_can_be_copied() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*CP1, "5")
        assert "talos-cp-1 is the only control plane (1)" in stage.text
        assert "kubectl get nodes" in stage.text
        await stage.press("c")
        assert stage.app.clipboard.startswith("kubectl get nodes -l")
        await stage.press("j")
        assert "StorageClasses could not be read" in stage.text
        assert "Grant list on storageclasses." in stage.text


@pytest.mark.parametrize("key", VIEWS)
async def test_hostile_text_stays_text_in_every_view(key: str) -> None:
    bad = refusing(node("talos-cp-1"))
    assert bad.talos.value
    assert bad.facts.value
    assert bad.detail.value
    service = TalosService(HOSTILE, HOSTILE, ServiceHealth.UNHEALTHY, HOSTILE)
    facts = replace(bad.facts.value, unavailable={"etcd": HOSTILE}, unmet=(HOSTILE,))
    detail = bad.detail.value
    processes = tuple(
        replace(each, name=HOSTILE, command=HOSTILE, state=HOSTILE)
        for each in alive(bad).detail.value.processes  # type: ignore[union-attr]
    )
    containers = tuple(
        replace(each, name=HOSTILE, pod=HOSTILE, image=HOSTILE, status=HOSTILE)
        for each in detail.containers
    )
    bad = replace(
        bad,
        name=HOSTILE,
        talos=replace(bad.talos, value=replace(bad.talos.value, services=(service,))),
        facts=Reading(facts),
        detail=Reading(replace(detail, processes=processes, containers=containers)),
    )
    fleet = fleet_with(cp1=bad)
    prod = fleet.clusters[0]
    review = tuple(replace(c, title=HOSTILE, reason=HOSTILE) for c in prod.review)
    fleet = replace(fleet, clusters=(replace(prod, review=review), *fleet.clusters[1:]))
    async with on_stage((120, 36), fleet) as stage:
        stage.backend.batches = (LogBatch((record(HOSTILE, HOSTILE, HOSTILE),)),)
        await stage.press("tab", "enter", key)  # the worst is first
        assert "[/red][bold]" in stage.text
        assert not any(c in stage.text for c in "\x1b\x07\u202e")
        if key == "1":
            await stage.press("R")
            assert "[/red][bold]" in stage.text
