from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import connecting_fleet, make_fleet, with_failing
from tests.machines import (
    alive,
    black_holed,
    dead,
    make_facts,
    make_vitals,
    refusing,
)
from tests.screens.stage import SIZES, Stage, on_stage
from tests.screens.test_views import HOSTILE
from tui.model.fleet import Fleet, NodeView, SourceKind
from tui.model.reading import Reading
from tui.present.glyphs import ASCII


def fleet_with(**changed: NodeView) -> Fleet:
    """The usual fleet, some nodes of prod replaced: their names end in the keys."""
    fleet = make_fleet()
    prod = fleet.clusters[0]
    nodes = tuple(
        changed.get(node.name.replace("talos-", "").replace("-", ""), node)
        for node in prod.nodes
    )
    return replace(fleet, clusters=(replace(prod, nodes=nodes), *fleet.clusters[1:]))


def node(name: str) -> NodeView:
    return next(n for n in make_fleet().clusters[0].nodes if n.name == name)


def line_of(stage: Stage, word: str) -> str:
    return next(line for line in stage.text.splitlines() if word in line)


def order(stage: Stage, *words: str) -> list[str]:
    """The words in the order in which the screen shows them."""
    return sorted(words, key=stage.text.index)


@pytest.mark.parametrize("size", SIZES)
async def test_the_table_has_the_nodes_of_all_clusters_worst_first(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("N")
        names = ("talos-wk-2", "talos-cp-1", "talos-monitor", "talos-agentic")
        assert order(stage, *names)[0] == "talos-wk-2"
        line = line_of(stage, "talos-wk-2")
        assert "▲ degraded" in line
        assert "8/9 kubelet" in line
        assert "12%" in line
        assert "38%" in line
        assert "Ready" in line


async def test_a_wide_table_tells_everything() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("N")
        line = line_of(stage, "talos-cp-1")
        for word in (
            *("10.10.0.40", "control", "running", "1.11.2", "1.34.1", " 2w "),
            *("0.42", "32% /var", "leader", "+4ms", "28w"),
        ):
            assert word in line, word
        assert " 6 " in line_of(stage, "talos-wk-2")[100:]


@pytest.mark.parametrize("size", SIZES)
async def test_a_dead_node_is_a_row_with_the_reason_and_when_it_was_heard(
    size: tuple[int, int],
) -> None:
    async with on_stage(size, fleet_with(wk3=dead(node("talos-wk-3")))) as stage:
        await stage.press("N")
        assert order(stage, "talos-wk-3", "talos-wk-2")[0] == "talos-wk-3"
        assert "✖ unreachable" in line_of(stage, "talos-wk-3")
        assert "connection refused  last heard 4m ago  next try in 12s" in stage.text
        assert "9/9" in line_of(stage, "talos-cp-1")


@pytest.mark.parametrize("size", SIZES)
async def test_a_black_holed_node_knows_nothing_and_delays_nobody(
    size: tuple[int, int],
) -> None:
    fleet = fleet_with(wk3=black_holed(node("talos-wk-3")))
    async with on_stage(size, fleet) as stage:
        await stage.press("N")
        line = line_of(stage, "talos-wk-3")
        assert "✖ unreachable" in line
        assert "%" not in line
        assert "○" in line
        assert "no answer within 2 s  never heard" in stage.text
        assert "9/9" in line_of(stage, "talos-cp-1")


async def test_unknown_untold_impossible_stale_and_zero_look_different() -> None:
    stale = alive(node("talos-wk-1"))
    broken = dead(stale).vitals.fault
    fleet = fleet_with(
        cp1=refusing(node("talos-cp-1")),
        wk1=replace(stale, vitals=replace(stale.vitals, fault=broken)),
        wk3=replace(
            node("talos-wk-3"),
            vitals=Reading(make_vitals(0.0)),
            facts=Reading(),
        ),
    )
    async with on_stage((200, 60), fleet) as stage:
        await stage.press("N")
        assert line_of(stage, "talos-cp-1").count("n/a") == 3
        assert "⧗12%" in line_of(stage, "talos-wk-1")
        assert " 0% " in line_of(stage, "talos-wk-3")
        assert "…" in line_of(stage, "talos-wk-3")
        assert "leader" not in line_of(stage, "talos-wk-2")


async def test_what_kubernetes_does_not_tell_is_told() -> None:
    shown = with_failing(SourceKind.KUBERNETES)
    nodes = tuple(replace(each, kube=None) for each in shown.clusters[0].nodes)
    blind = replace(shown.clusters[0], nodes=nodes)
    shown = replace(shown, clusters=(blind, *shown.clusters[1:]))
    async with on_stage((120, 36), shown) as stage:
        await stage.press("N")
        assert "Kubernetes nodes of prod: no answer within 5 s" in stage.text
        await stage.press("enter")
        assert "○ Ready unknown" in stage.text
        await stage.press("escape", "2")
        assert "no answer within 5 s" not in stage.text


async def test_versions_that_differ_are_marked() -> None:
    old = node("talos-wk-1")
    assert old.talos.value
    assert old.kube
    fleet = fleet_with(
        wk1=replace(
            old,
            talos=replace(old.talos, value=replace(old.talos.value, version="v1.11.1")),
            kube=replace(old.kube, kubelet_version="v1.32.4"),
        )
    )
    async with on_stage((200, 60), fleet) as stage:
        await stage.press("N")
        assert "▲1.11.1" in line_of(stage, "talos-wk-1")
        assert "✖1.32.4" in line_of(stage, "talos-wk-1")
        assert "✖1.34" not in stage.text


async def test_before_the_first_answer_it_says_connecting() -> None:
    async with on_stage(fleet=connecting_fleet()) as stage:
        await stage.press("N")
        assert "… connecting" in stage.text


async def test_keys_sort_and_say_by_what() -> None:
    busy = replace(node("talos-wk-3"), vitals=Reading(make_vitals(0.93)))
    roomy = replace(
        node("talos-cp-1"), vitals=Reading(make_vitals(available=2**30), attempts=1)
    )
    async with on_stage((120, 36), fleet_with(wk3=busy, cp1=roomy)) as stage:
        names = ("talos-wk-2", "talos-wk-3", "talos-cp-1")
        await stage.press("N")
        assert "worst first" in stage.text
        await stage.press("C")
        assert "by CPU" in stage.text
        assert order(stage, *names)[0] == "talos-wk-3"
        await stage.press("M")
        assert "by memory" in stage.text
        assert order(stage, *names)[0] == "talos-cp-1"
        await stage.press("S")
        assert "by load" in stage.text
        await stage.press("W")
        assert order(stage, *names)[0] == "talos-wk-2"


async def test_what_is_not_known_comes_last_in_any_order() -> None:
    fleet = fleet_with(wk1=black_holed(node("talos-wk-1")))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("N", "C")
        assert order(stage, "talos-wk-1", "talos-agentic")[0] == "talos-agentic"


async def test_a_number_narrows_to_a_cluster_and_a_word_to_its_rows() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("N", "2")
        assert "nodes of monit" in stage.text
        assert "talos-wk-2" not in stage.text
        await stage.press("0", "slash", *"kubelet", "enter")
        assert "talos-wk-2" in stage.text
        assert "talos-wk-1" not in stage.text


async def test_enter_opens_the_node_and_escape_comes_back() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("N", "enter")
        assert "talos-wk-2  ▲ degraded" in stage.text
        await stage.press("escape")
        assert "nodes of all clusters" in stage.text


async def test_a_full_disk_and_a_lost_leader_are_loud() -> None:
    full = make_facts()
    assert full.filesystems
    var = replace(full.filesystems[0], available_bytes=2**30)
    sick = alive(node("talos-cp-1"), is_control_plane=True)
    assert sick.facts.value
    assert sick.facts.value.etcd
    leaderless = replace(sick.facts.value.etcd, leader_id="")
    fleet = fleet_with(
        wk1=replace(
            node("talos-wk-1"), facts=Reading(replace(full, filesystems=(var,)))
        ),
        cp1=replace(sick, facts=Reading(replace(sick.facts.value, etcd=leaderless))),
    )
    async with on_stage((200, 60), fleet) as stage:
        await stage.press("N")
        assert "▲ disk full" in line_of(stage, "talos-wk-1")
        assert "98% /var" in line_of(stage, "talos-wk-1")
        assert "✖ etcd" in line_of(stage, "talos-cp-1")
        assert "✖ leader" in line_of(stage, "talos-cp-1")
        assert order(stage, "talos-cp-1", "talos-wk-2")[0] == "talos-cp-1"


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_names_stay_text(size: tuple[int, int]) -> None:
    bad = replace(node("talos-wk-1"), name=HOSTILE, address=HOSTILE)
    facts = replace(make_facts(), stage=HOSTILE)
    bad = replace(bad, facts=Reading(facts))
    async with on_stage(size, fleet_with(wk1=bad)) as stage:
        await stage.press("N")
        assert "[/" in stage.text
        assert not any(c in stage.text for c in "\x1b\x07\u202e")


async def test_ascii_terminals_get_ascii() -> None:
    async with on_stage((200, 60), marks=ASCII) as stage:
        await stage.press("N")
        assert stage.text.isascii()
