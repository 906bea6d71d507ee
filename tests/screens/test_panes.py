from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from tests.estate import failing, make_entry, make_fleet, unreachable_fleet
from tests.judged import NOW
from tests.screens.stage import on_stage
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet, SourceKind
from tui.model.target import Expected, Health
from tui.present import faults, log_lines, logs
from tui.present import nodes as nodes_words
from tui.present.glyphs import UNICODE
from tui.present.shares import Need, share
from widgets.values import Tone

NOW_NS = int(NOW.timestamp()) * 1_000_000_000


def with_failing(kind: SourceKind, feed: str) -> Fleet:
    fleet = make_fleet()
    sources = tuple(
        failing(source, FaultKind.UNREACHABLE, "connection refused")
        if source.key.kind is kind and source.key.feed.startswith(feed)
        else source
        for source in fleet.clusters[0].sources
    )
    first = replace(fleet.clusters[0], sources=sources)
    return replace(fleet, clusters=(first, *fleet.clusters[1:]))


def test_a_failed_trend_makes_no_target_stale() -> None:
    broken = with_failing(SourceKind.PROMETHEUS, "trend").clusters[0]
    assert faults.worst(broken, faults.TARGET_SOURCES, NOW) is None


def test_a_dead_kubernetes_makes_no_alert_stale() -> None:
    broken = with_failing(SourceKind.KUBERNETES, "nodes").clusters[0]
    assert faults.worst(broken, faults.ALERT_SOURCES, NOW) is None
    assert faults.worst(broken, faults.NODE_SOURCES, NOW) is not None


async def test_a_fault_takes_one_line_and_leaves_the_advice_to_the_sources() -> None:
    fleet = with_failing(SourceKind.PROMETHEUS, "targets")
    async with on_stage((120, 36), fleet) as stage:
        line = next(x for x in stage.text.splitlines() if "Prometheus refused" in x)
        assert "retry 4s" in line
        assert "Is it running" not in stage.text


async def test_a_small_screen_shows_rows_before_faults() -> None:
    fleet = with_failing(SourceKind.TALOS, "services")
    async with on_stage((80, 24), fleet) as stage:
        assert "stale 4m" in stage.text
        assert "talos-" in stage.text.split("─ nodes ")[1].splitlines()[1]


def test_lines_that_nobody_wants_go_to_the_greedy() -> None:
    assert share(9, [Need(1, 1), Need(1, 2, is_greedy=True), Need(1, 3)]) == (1, 5, 3)


def test_what_is_urgent_comes_before_more_than_the_least_of_others() -> None:
    calm, loud = Need(1, 9, 2), Need(3, 20, urgent=8)
    assert share(15, [calm, loud, calm]) == (3, 9, 3)
    assert share(10, [calm, loud, calm]) == (1, 8, 1)
    assert share(6, [calm, loud, calm]) == (1, 4, 1)
    assert share(12, [calm, Need(3, 5, urgent=8), calm]) == (4, 5, 3)
    modest = Need(3, 9, floor=1)
    assert share(10, [modest, loud, modest]) == (1, 8, 1)
    assert share(12, [modest, loud, modest]) == (3, 8, 1)
    assert share(10, [modest, Need(3, 20)]) == (5, 5)


def troubled_fleet() -> Fleet:
    """In the first cluster six alerts are real, each of which says much."""
    fleet = make_fleet()
    prod = fleet.clusters[0]
    alert = (prod.alerts or ())[0]
    alerts = tuple(
        replace(
            alert,
            alert=replace(
                alert.alert,
                fingerprint=f"f{number}",
                labels={**alert.alert.labels, "alertname": f"Trouble{number}"},
            ),
        )
        for number in range(6)
    )
    prod = replace(prod, alerts=alerts, findings=())
    rest = fleet.clusters[1:]
    return replace(fleet, clusters=(prod, *rest), unassigned_alerts=())


async def test_all_that_is_real_is_in_view_of_a_small_screen_each_in_brief() -> None:
    summary = "BTRFS parent transid verify failed on talos-wk-2"
    async with on_stage((80, 24), troubled_fleet()) as stage:
        for number in range(6):
            assert f"Trouble{number}" in stage.text
        why = "BTRFS on sdb returns stale data; no rule says otherwise"
        assert stage.text.count(why) == 6
        assert summary not in stage.text
        # The others keep a line each.
        lines = stage.text.splitlines()
        heads = [n for n, line in enumerate(lines) if line[1:2] in {"─", "━"}]
        assert [b - a for a, b in pairwise(heads[-5:])] == [2, 13, 2, 2]
        await stage.press("slash", *"Trouble5", "enter")
        assert "Trouble0" not in stage.text
    async with on_stage((200, 60), troubled_fleet()) as stage:
        assert stage.text.count(summary) == 6


def quiet_fleet() -> Fleet:
    """The first cluster has many alerts, and each of its targets is as it should be."""
    fleet = make_fleet()
    prod = fleet.clusters[0]
    targets = tuple(
        replace(each, expected=Expected.YES, health=Health.UP)
        for each in prod.targets or ()
    )
    alert = (prod.alerts or ())[0]
    alerts = tuple(
        replace(alert, alert=replace(alert.alert, fingerprint=f"f{number}"))
        for number in range(9)
    )
    prod = replace(prod, targets=targets, alerts=alerts)
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


async def test_targets_without_news_leave_their_lines_to_the_alerts() -> None:
    async with on_stage((80, 24), quiet_fleet()) as stage:
        below = stage.text.split("─ targets ")[1].splitlines()
        assert "━ alerts " in below[2]


def test_the_node_that_needs_a_person_is_the_first() -> None:
    nodes = make_fleet().clusters[0].nodes
    well = replace(nodes[0], name="well")
    assert nodes_words.node_sign(well, UNICODE).tone is Tone.GOOD
    assert well.kube is not None
    dead = replace(well, name="dead", kube=replace(well.kube, is_ready=False))
    rows = nodes_words.NodeRows(UNICODE).rows((well, dead, well), NOW)
    assert [row.cells[1].text for row in rows] == ["dead", "well", "well"]


def test_of_nodes_alike_that_with_more_services_down_is_the_first() -> None:
    """Where there is room for one line, it is theirs."""
    nodes = make_fleet().clusters[0].nodes
    sick = next(each for each in nodes if nodes_words.service_counts(each)[1])
    noisy = replace(nodes[0], name="noisy", kernel=sick.kernel)
    signs = [nodes_words.node_sign(each, UNICODE).tone for each in (noisy, sick)]
    assert signs == [Tone.WARNING] * 2
    rows = nodes_words.NodeRows(UNICODE).rows((noisy, sick), NOW)
    assert [row.cells[1].text for row in rows] == [sick.name, "noisy"]


def test_the_kernel_pane_leaves_services_out_unless_they_tell_of_trouble() -> None:
    def shown(line: str, **labels: str) -> Tone | None:
        entry = replace(make_entry(line, "a"), labels={"node": "a", **labels})
        teller = log_lines.QuietTeller(UNICODE, {})
        return teller.line(entry).tone if logs.is_kernel(entry) else None

    calm, bad = "usb 1-1: new device", "BTRFS error (device sdb): parent transid"
    assert shown(calm) is Tone.QUIET
    assert shown(calm, talos_service="kernel") is Tone.QUIET
    assert shown("OK [/machine.MachineService/Version]", talos_service="apid") is None
    assert shown(f"{bad} verify failed", talos_service="kubelet") is Tone.CRITICAL


async def test_a_kernel_line_that_comes_late_stands_where_its_time_is() -> None:
    newest = replace(make_entry("the newest", "talos-monitor"), at_ns=NOW_NS)
    late = replace(newest, line="one that came late", at_ns=NOW_NS - 9_000_000_000)
    async with on_stage((200, 60)) as stage:
        stage.backend.log("monit", newest)
        await stage.until("the newest")
        stage.backend.log("monit", late)
        await stage.until("one that came late")
        await stage.settle()
        await stage.until("the newest")
        assert stage.text.index("one that came late") < stage.text.index("the newest")


async def test_lines_that_nobody_wants_show_more_of_a_calm_log() -> None:
    lines = [f"line {n} of many" for n in range(9)]
    async with on_stage((200, 60)) as stage:
        for line in lines:
            stage.backend.log("agentic", make_entry(line, "talos-agentic"))
        await stage.until(lines[-1])
        assert all(line in stage.text for line in lines)


async def test_a_pane_of_few_lines_says_why_it_does_not_know() -> None:
    """That alerts are unknown was said, and not that Alertmanager refused."""
    async with on_stage((100, 30), unreachable_fleet()) as stage:
        below = stage.text.split("━ alerts ")[1].splitlines()
        assert "Alertmanager" in below[1]
        assert "unknown" in below[2]
