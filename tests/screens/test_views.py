from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import (
    failing,
    make_entry,
    make_fleet,
    make_silence,
    unreachable_fleet,
)
from tests.screens.stage import SIZES, on_stage
from tui.model.command import ExpireSilence
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.log import Gap, LogBatch
from tui.screens.listing import Listing
from widgets.log_view import LogView
from widgets.page import Page


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_shows_verdict_evidence_and_what_would_change_it(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("G", "enter")
        assert "KubeProxyDown  prod" in stage.text
        assert "✔ supports  no kube-proxy pod exists (0 pods)" in stage.text
        assert "what would change it" in stage.text
        assert "fix 1" in stage.text


async def test_an_alert_shows_labels_timeline_and_runbook() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "enter")
        assert "2026-10-10 02:13:47  fires  6w ago" in stage.text
        assert "⊘ silenced  1h ago  by ops until 05:13" in stage.text
        assert "No kube-proxy runs here on purpose." in stage.text


async def test_evidence_that_is_missing_says_so() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("j", "j", "j", "enter")
        assert "? could not tell  the leader lease could not be read" in stage.text


async def test_fixes_and_queries_can_be_copied() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "enter", "j", "j", "c")
        assert stage.app.clipboard.startswith("kubectl -n kube-system get configmap")


async def test_a_fix_of_several_lines_can_be_read_in_full() -> None:
    async with on_stage((80, 60)) as stage:
        await stage.press("G", "enter")
        assert "fix 1 kubeProxy:  (+1 line)" in stage.text
        assert "  enabled: false" in stage.text


async def test_an_alert_without_anything_to_copy_has_no_box_for_it() -> None:
    async with on_stage() as stage:
        fleet = make_fleet()
        prod = fleet.clusters[0]
        assert prod.alerts is not None
        first = prod.alerts[0]
        bare = replace(first, judgement=replace(first.judgement, fixes=()))
        prod = replace(prod, alerts=(bare,))
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        await stage.press("enter")
        assert "fixes and queries" not in stage.text
        assert stage.app.screen.focused is stage.app.screen.query_one("#body")


async def test_the_expression_of_an_alert_can_be_copied() -> None:
    async with on_stage() as stage:
        fleet = make_fleet()
        prod = fleet.clusters[0]
        assert prod.alerts is not None
        first = prod.alerts[0]
        judgement = replace(first.judgement, fixes=(), expression="up == 0")
        prod = replace(prod, alerts=(replace(first, judgement=judgement),))
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        await stage.press("enter", "enter")
        assert stage.app.clipboard == "up == 0"


async def test_the_runbook_is_one_key_away_on_a_short_screen() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("3", "enter")
        assert "b runbook" in stage.text
        assert "No kube-proxy runs here on purpose." not in stage.text
        await stage.press("b")
        assert "No kube-proxy runs here on purpose." in stage.text


async def test_labels_and_annotations_share_a_column() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("3", "enter")
        lines = stage.text.splitlines()
        label = next(line for line in lines if "alertname" in line)
        note = next(line for line in lines if line.startswith("│summary"))
        assert label.index("KubeProxyDown") == note.index("Target disappeared")


async def test_there_is_no_key_for_a_silence_that_is_not_there() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("enter")
        assert "end silence" not in stage.text


async def test_an_alert_that_is_over_stays_and_says_so() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("enter")
        fleet = make_fleet()
        prod = replace(fleet.clusters[0], alerts=())
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        assert "BTRFSCorruptionDetected" in stage.text
        assert "no longer firing" in stage.text


@pytest.mark.parametrize("size", SIZES)
async def test_a_finding_shows_what_it_rests_on_and_leads_on(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("j", "enter")
        assert "✖ REAL   found by taloscope: no alert" in stage.text
        assert "argocd-server-metrics 10.10.0.40:30083 is absent" in stage.text
        await stage.press("enter")
        assert "what next  argocd-server-metrics" in stage.text
        await stage.press("escape", "j", "enter")
        assert "◌ absent   expected" in stage.text
        await stage.press("escape", "j", "enter")
        assert "targets of prod" in stage.text
        listing = stage.app.screen.query_one(Listing)
        assert (listing.cursor_key or "").startswith("prod argocd-server-metrics")


async def test_a_kernel_finding_leads_to_the_first_error_of_that_node() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("j", "j", "enter")
        assert "talos-wk-2 sdb: stale data was read" in stage.text
        assert "4 lines, 02:12:27 to 02:13:35 UTC" in stage.text
        await stage.press("enter")
        await stage.until("talos-wk-2, only btrfs")
        log = stage.app.screen.query_one(LogView)
        await stage.until("paused")
        assert log.current_line is not None
        assert "parent transid verify failed" in log.current_line.text
        assert "rejecting I/O" not in stage.text


async def test_a_finding_that_is_over_stays_and_says_so() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("j", "enter")
        fleet = make_fleet()
        prod = replace(fleet.clusters[0], findings=())
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        assert "no longer found" in stage.text


async def test_a_silence_is_ended_from_the_fleet() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "x", "y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1", make_silence())]


@pytest.mark.parametrize("size", SIZES)
async def test_a_node_shows_its_services_and_follows_its_log(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("tab", "enter")
        assert "talos-wk-2  ▲ degraded  10.10.0.42  worker  Ready" in stage.text
        assert "✖ kubelet" in stage.text
        assert "unhealthy" in stage.text
        assert "session recovery timed out" in stage.text
        assert "following" in stage.text
        assert stage.backend.tails == [("service", "prod", "10.10.0.42", "kubelet")]


async def test_leaving_a_node_closes_its_tail() -> None:
    async with on_stage() as stage:
        await stage.press("tab", "enter")
        assert stage.backend.open_tails == 1
        await stage.press("escape")
        assert stage.backend.open_tails == 0


async def test_another_service_is_followed_instead_and_dmesg_beside_it() -> None:
    async with on_stage() as stage:
        await stage.press("tab", "j", "enter", "j", "enter")
        assert stage.backend.tails == [
            ("service", "prod", "10.10.0.40", "apid"),
            ("service", "prod", "10.10.0.40", "auditd"),
        ]
        assert stage.backend.open_tails == 1
        await stage.press("d")
        assert stage.backend.tails[2:] == [("dmesg", "prod", "10.10.0.40")]
        assert stage.backend.open_tails == 2


async def test_gaps_and_cuts_of_a_tail_are_lines_of_the_log() -> None:
    async with on_stage((200, 60)) as stage:
        fault = Fault(FaultKind.UNREACHABLE, "connection reset")
        gap = Gap(0, 2_000_000_000, "the node dropped them", 40)
        stage.backend.batches = (LogBatch(gaps=(gap,), fault=fault),)
        await stage.press("tab", "enter")
        assert "gap: about 40 entries lost 00:00:00-00:00:02" in stage.text
        assert "connection reset; trying again" in stage.text


@pytest.mark.parametrize("size", SIZES)
async def test_sources_say_what_failed_and_what_to_do(size: tuple[int, int]) -> None:
    async with on_stage(size, unreachable_fleet()) as stage:
        await stage.press("o")
        assert "✖ down" in stage.text
        assert "connection refused" in stage.text
        assert "Something answers for that address." in stage.text
        assert "in 2s" in stage.text
        assert "o sources" not in stage.text.splitlines()[-1]


async def test_sources_are_one_row_a_server_and_unfold_to_their_feeds() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("o")
        lines = stage.text.splitlines()
        assert sum("live       Prometheus" in line for line in lines) == 1
        assert any("Talos" in line and "4 nodes" in line for line in lines)
        assert "trend prod" not in stage.text
        await stage.press("enter")
        assert "trend prod" in stage.text
        await stage.press("enter")
        assert "trend prod" not in stage.text


async def test_the_worst_server_is_first_and_says_how_much_of_it_fails() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    sick = failing(prod.sources[-1], FaultKind.TIMEOUT, "no answer within 5 s")
    prod = replace(prod, sources=(*prod.sources[:-1], sick))
    shown = replace(fleet, clusters=(prod, *fleet.clusters[1:]))
    async with on_stage((120, 36), shown) as stage:
        await stage.press("o")
        first = next(line for line in stage.text.splitlines() if "Talos" in line)
        assert "1 of 4 nodes" in first
        assert "in 4s" in first
        assert stage.text.index("no answer within 5 s") < stage.text.index("Loki")


async def test_help_begins_with_the_focused_list() -> None:
    async with on_stage((120, 60)) as stage:
        await stage.press("question_mark")
        text = stage.text
        assert text.index("this list") < text.index("Silence it")
        assert "Hold the screen" in text
        await stage.press("escape")
        assert "this list" not in stage.text


async def test_all_of_the_help_can_be_reached_on_a_small_terminal() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("question_mark")
        assert "Hold the screen" not in stage.text
        await stage.press("G")
        assert "Hold the screen" in stage.text
        assert "this list" not in stage.text
        await stage.press("g")
        assert "this list" in stage.text


async def test_a_long_text_is_where_one_goes_in_one_step() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("question_mark")
        page = stage.app.screen.query_one(Page)
        assert page.max_scroll_y > 20
        went: list[float] = []
        stage.app.watch(page, "scroll_y", lambda y: went.append(y), init=False)  # noqa: PLW0108 - Textual takes no built-in
        await stage.press("G", "pageup", "g")
        up = page.max_scroll_y - page.size.height
        assert went == [page.max_scroll_y, up, 0]


async def test_the_help_has_no_keys_that_do_nothing() -> None:
    async with on_stage((160, 60)) as stage:
        await stage.press("enter", "question_mark")
        assert "Scroll Left" not in stage.text
        assert "Copy selected text" not in stage.text
        assert "Go to the next pane" in stage.text


async def test_in_a_field_the_foot_names_a_key_for_the_help_that_is_no_letter() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("s")
        foot = stage.text.splitlines()[-1]
        assert foot.endswith("f1 keys")
        await stage.press("f1")
        assert "this screen" in stage.text
        assert "Close" in stage.text or "create" in stage.text.casefold()


HOSTILE = "[/red][bold]\x1b[31m\x07é\u0301漢字\u202e"


def hostile_fleet() -> Fleet:
    """Text from outside that would be markup, or steer the terminal."""
    fleet = make_fleet()
    prod = fleet.clusters[0]
    assert prod.alerts is not None
    assert prod.targets is not None
    alert = prod.alerts[0]
    bad = replace(
        alert,
        alert=replace(
            alert.alert,
            labels={"alertname": HOSTILE, "node": HOSTILE, HOSTILE: HOSTILE},
            annotations={"summary": HOSTILE},
        ),
        judgement=replace(alert.judgement, reason=HOSTILE, runbook=HOSTILE),
    )
    node = replace(prod.nodes[0], name=HOSTILE)
    sources = tuple(
        replace(source, fault=Fault(FaultKind.PROTOCOL, HOSTILE, HOSTILE))
        for source in prod.sources
    )
    target = replace(prod.targets[0], job=HOSTILE, reason=HOSTILE)
    cluster = replace(
        prod,
        sources=sources,
        alerts=(bad,),
        nodes=(node,),
        targets=(target,),
        findings=tuple(
            replace(f, title=HOSTILE, detail=HOSTILE) for f in prod.findings
        ),
        log_findings=tuple(replace(f, kind=HOSTILE) for f in prod.log_findings),
    )
    return replace(fleet, clusters=(cluster, *fleet.clusters[1:]))


WAYS = (
    (),
    ("enter",),
    ("s",),
    ("t",),
    ("o",),
    ("L",),
    ("question_mark",),
    ("tab", "enter"),
    ("slash", *"[/x]"),
)
"""The keys of views that escape leads back from."""


@pytest.mark.parametrize("size", SIZES)
async def test_text_from_outside_is_never_markup_and_never_steers(
    size: tuple[int, int],
) -> None:
    async with on_stage(size, hostile_fleet()) as stage:
        stage.backend.log("prod", make_entry(HOSTILE, HOSTILE))
        begin = stage.app.screen
        for keys in WAYS:
            await stage.press(*keys)
            is_shown = "[/red][bold]" in stage.text
            assert is_shown or keys in {("question_mark",), ()}, keys
            assert not any(c in stage.text for c in "\x1b\x07\u202e"), keys
            await stage.press("escape")
            assert stage.app.screen is begin, keys
