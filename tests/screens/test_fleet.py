from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.estate import (
    connecting_fleet,
    make_entry,
    make_fleet,
    unreachable_fleet,
    with_failing,
)
from tests.fakes import FakeBackend, make_config
from tests.judged import NOW
from tests.screens.stage import SIZES, on_stage
from tests.widgets.screen import screen_text
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.model.fleet import Fleet, SourceKind
from tui.present.glyphs import ASCII
from tui.screens.column import ClusterColumn


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_line_says_what_is_real(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        assert "✖ 5 REAL" in stage.top
        assert "? 1 UNSURE" in stage.top
        assert "02:13:47 UTC" in stage.top


@pytest.mark.parametrize("size", SIZES)
async def test_connecting_shows_no_zeros(size: tuple[int, int]) -> None:
    async with on_stage(size, connecting_fleet()) as stage:
        stage.backend.logs.clear()
        assert "connecting" in stage.top
        body = stage.text.replace("02:13:47", "").replace("10.10.0", "")
        assert "0/0" not in body
        assert "0 real" not in body
        assert "quiet" not in body


async def test_the_first_frame_needs_no_backend() -> None:
    async def connect() -> Backend:
        raise AssertionError("not before the first frame")

    app = TaloscopeApp(make_config(), ManualClock(NOW), connect)
    app._start = app.show_now  # type: ignore[method-assign]
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "1 prod  … connecting" in text
        assert "0" not in text.replace("02:13:47", "")


async def test_wide_screens_show_clusters_side_by_side() -> None:
    async with on_stage((200, 60)) as stage:
        columns = stage.app.screen.query(ClusterColumn)
        assert [column.display for column in columns] == [True, True, True]


async def test_a_small_screen_shows_one_cluster_and_a_line_about_all() -> None:
    async with on_stage((80, 24)) as stage:
        line = stage.text.splitlines()[1]
        assert "[1 prod ✖ 3 REAL 11/12  9s]" in line
        assert "3 agentic ✔ quiet 1/1  9s" in line
        assert "┏ 1 prod" in stage.text
        assert "┌ 2 monit" not in stage.text


def calm_prod() -> Fleet:
    """The estate, where nothing is wrong with the first cluster alone."""
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], alerts=(), findings=())
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


async def test_a_small_screen_begins_with_the_worst_cluster() -> None:
    async with on_stage((80, 24), calm_prod()) as stage:
        assert "[2 monit" in stage.text.splitlines()[1]
        await stage.press("j", "1")
        assert "[1 prod" in stage.text.splitlines()[1]
        await stage.publish(calm_prod())
        assert "[1 prod" in stage.text.splitlines()[1]


async def test_who_has_chosen_a_cluster_before_all_have_answered_stays_there() -> None:
    async with on_stage((80, 24), connecting_fleet()) as stage:
        await stage.press("3")
        await stage.publish(calm_prod())
        assert "[3 agentic" in stage.text.splitlines()[1]


async def test_the_worst_cluster_is_gone_to_when_it_answers() -> None:
    async with on_stage((80, 24), connecting_fleet()) as stage:
        assert "[1 prod" in stage.text.splitlines()[1]
        # What fails at once is no reason to stop: the alerts come later.
        connecting = connecting_fleet()
        blind = [
            replace(c, sources=c.sources[:2]) for c in unreachable_fleet().clusters
        ]
        half = zip(connecting.clusters, blind, strict=True)
        first = [replace(c, sources=(*b.sources, *c.sources[2:])) for c, b in half]
        await stage.publish(replace(connecting, clusters=tuple(first)))
        assert "[1 prod" in stage.text.splitlines()[1]
        await stage.publish(calm_prod())
        assert "[2 monit" in stage.text.splitlines()[1]
        await stage.publish(make_fleet())
        assert "[2 monit" in stage.text.splitlines()[1]


async def test_ages_leave_the_line_about_all_first_when_there_is_no_room() -> None:
    async with on_stage((70, 24)) as stage:
        line = stage.text.splitlines()[1]
        assert "[1 prod ✖ 3 REAL 11/12]" in line
        assert "3 agentic ✔ quiet 1/1" in line
        assert "9s" not in line


async def test_a_stale_source_ages_the_head_of_its_cluster() -> None:
    async with on_stage((200, 60), with_failing(SourceKind.LOKI)) as stage:
        header = next(x for x in stage.text.splitlines() if "1 prod" in x)
        assert "⧗ 4m" in header


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_line_tells_of_old_alerts_and_of_blindness(
    size: tuple[int, int],
) -> None:
    async with on_stage(size, with_failing(SourceKind.ALERTMANAGER)) as stage:
        words = stage.top.replace("taloscope", "").split()
        assert words[:6] == ["⧗", "alerts", "stale", "4m", "✖", "5"]
        assert "? 1 cluster not fully" in stage.top


async def test_number_keys_and_arrows_choose_the_cluster() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("3")
        assert "┏ 3 agentic" in stage.text
        await stage.press("left")
        assert "┏ 2 monit" in stage.text
        await stage.press("9")
        assert "┏ 2 monit" in stage.text
        (toast,) = stage.app._notifications
        assert toast.message == "There is no cluster 9: 1 to 3 are there."


@pytest.mark.parametrize("way", ["t", "N", "L", "P", "H"])
async def test_on_every_list_a_cluster_that_is_not_there_is_told(way: str) -> None:
    async with on_stage() as stage:
        await stage.press(way, "4")
        (toast,) = stage.app._notifications
        assert toast.message == "There is no cluster 4: 1 to 3 are there."


async def test_digits_of_other_meaning_say_nothing_of_clusters() -> None:
    async with on_stage() as stage:
        await stage.press("tab", "enter", "9", "escape", "slash", "9")
        assert not list(stage.app._notifications)


async def test_targets_say_up_and_what_is_not_as_it_should_be() -> None:
    async with on_stage((200, 60)) as stage:
        assert "targets  11/12 up  1 absent  3 not expected" in stage.text
        told = " ".join(stage.text.split())
        assert "◌ argocd-server-metrics expected, absent" in told
        assert "talos-node-exporter 4/4" in told
        assert "✖ proxmox-carrick down" in told


async def test_alerts_stand_real_first_with_the_reason_below() -> None:
    async with on_stage((200, 60)) as stage:
        text = stage.text
        order = ("✖ REAL   BTRFS", "✖ REAL   argocd-server", "? UNSURE")
        places = [text.index(word) for word in order]
        assert places == sorted(places)
        assert "Cilium replaces kube-proxy, 4/4 agents ready" in text
        assert "⊘ crit   6w" in text


async def test_an_alert_of_no_cluster_is_never_dropped() -> None:
    async with on_stage((80, 24)) as stage:
        assert "alerts of no configured cluster" in stage.text
        assert "CertificateExpiresSoon" in stage.text


async def test_nodes_show_both_views_and_the_last_kernel_error() -> None:
    async with on_stage((200, 60)) as stage:
        line = next(x for x in stage.text.splitlines() if "▲ talos-wk-2" in x)
        assert "8/9 Ready" in line
        assert "1.11.2" in line
        assert "✖ 4 btrfs sdb  12s" in line


async def test_the_kernel_log_is_live() -> None:
    async with on_stage((200, 60)) as stage:
        assert "✖ BTRFS error (device sdb): parent transid" in stage.text
        stage.backend.log("monit", make_entry("usb 1-1: new device", "talos-monitor"))
        await stage.settle()
        assert "02:13:47 talos-monitor usb 1-1: new device" in stage.text


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (SourceKind.PROMETHEUS, "talos-node-exporter"),
        (SourceKind.ALERTMANAGER, "BTRFSCorruptionDetected"),
        (SourceKind.TALOS, "talos-cp-1"),
        (SourceKind.LOKI, "BTRFS error (device sdb)"),
    ],
)
async def test_a_fault_keeps_the_rows_and_says_what_and_when(
    kind: SourceKind, rows: str
) -> None:
    async with on_stage((200, 60), with_failing(kind)) as stage:
        assert rows in stage.text
        assert "no answer within 5 s" in stage.text
        assert "retry 4s · o why" in stage.text
        assert "stale 4m" in stage.text


async def test_blindness_is_said_in_the_head_of_the_cluster() -> None:
    async with on_stage((200, 60), with_failing(SourceKind.LOKI)) as stage:
        assert "1 source not live" in stage.text


async def test_sources_that_are_not_live_are_counted_as_the_list_of_sources_does() -> (
    None
):
    async with on_stage((200, 60), with_failing(SourceKind.PROMETHEUS)) as stage:
        assert "1 source not live" in stage.text  # two feeds of one server
        await stage.press("W")
        assert "1 of 9 sources not live" in stage.text


async def test_nothing_reachable_is_said_loudly_with_the_fault() -> None:
    async with on_stage((120, 36), unreachable_fleet()) as stage:
        assert "NOTHING CAN BE REACHED" in stage.top
        assert "refused · retry" in stage.text
        assert "quiet" not in stage.text


async def test_pause_holds_the_screen_and_counts_what_waits() -> None:
    async with on_stage() as stage:
        await stage.press("p")
        await stage.publish(connecting_fleet())
        assert "held 0s, 1 update waits" in stage.top
        assert "✖ 5 REAL" in stage.top
        await stage.press("p")
        assert "connecting" in stage.top


async def test_a_new_snapshot_changes_what_is_shown() -> None:
    async with on_stage() as stage:
        fleet = make_fleet()
        prod = replace(fleet.clusters[0], alerts=(), findings=())
        await stage.publish(
            replace(fleet, clusters=(prod, *fleet.clusters[1:]), unassigned_alerts=())
        )
        assert "✖ 1 REAL" in stage.top
        assert "BTRFSCorruption" not in stage.text


async def test_search_narrows_the_list_and_escape_ends_it() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("slash", *"proxy", "enter")
        assert "KubeProxyDown" in stage.text
        assert "✖ REAL   BTRFSCorruptionDetected" not in stage.text
        await stage.press("slash", "escape")
        assert "✖ REAL   BTRFSCorruptionDetected" in stage.text


async def test_the_cursor_stays_on_its_alert_when_others_come() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("j", "j", "j")
        fleet = make_fleet()
        prod = fleet.clusters[0]
        fewer = replace(prod, findings=())
        await stage.publish(replace(fleet, clusters=(fewer, *fleet.clusters[1:])))
        line = next(x for x in stage.text.splitlines() if "▌" in x)
        assert "KubeSchedulerDown" in line


async def test_refresh_asks_for_everything_now() -> None:
    async with on_stage() as stage:
        await stage.press("r")
        assert stage.backend.refreshed == 1


async def test_q_leaves_the_screen_first_and_then_the_program() -> None:
    async with on_stage() as stage:
        await stage.press("t", "q")
        assert stage.app.is_running
        assert "┏ 1 prod" in stage.text
        await stage.press("escape")
        assert "┏ 1 prod" in stage.text
        await stage.pilot.press("q")
        assert stage.app._exit


async def test_a_plain_terminal_gets_plain_letters() -> None:
    async with on_stage((80, 24), marks=ASCII) as stage:
        assert stage.text.isascii()
        assert "X 5 REAL" in stage.top


async def test_without_clusters_there_is_still_a_screen() -> None:
    backend = FakeBackend(Fleet(()))

    async def connect() -> Backend:
        return backend

    app = TaloscopeApp(make_config(Fleet(())), ManualClock(NOW), connect)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("t", "1", "right")
        assert "UTC" in screen_text(app)


async def test_live_panes_leave_the_age_to_the_header() -> None:
    async with on_stage((200, 60)) as stage:
        lines = stage.text.splitlines()
        header = next(line for line in lines if "1 prod" in line)
        alerts = next(line for line in lines if "─ alerts " in line)
        assert "9s" in header
        assert "9s" not in alerts


async def test_entries_get_their_names_when_the_nodes_are_known() -> None:
    fleet = make_fleet()
    monit = replace(fleet.clusters[1], nodes=())
    unnamed = replace(fleet, clusters=(fleet.clusters[0], monit, fleet.clusters[2]))
    async with on_stage((200, 60), unnamed) as stage:
        node = fleet.clusters[1].nodes[0]
        stage.backend.log("monit", make_entry("usb 1-1: new device", node.address))
        await stage.until(f"{node.address} ")
        await stage.publish(fleet)
        await stage.until(f"{node.name} usb 1-1: new device"[:30])
