"""The targets of all clusters: both facts of each, its last day, and its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import failing, make_fleet, make_target, unreachable_fleet
from tests.judged import NOW, ago
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.target import Expected, Health, Since, Target, TargetRow
from tui.model.target_past import Past
from tui.screens.listing import Listing


def with_targets(rows: tuple[TargetRow, ...] | None, cluster: int = 0) -> Fleet:
    """The fleet with other targets in one cluster."""
    fleet = make_fleet()
    clusters = list(fleet.clusters)
    clusters[cluster] = replace(clusters[cluster], targets=rows)
    return replace(fleet, clusters=tuple(clusters))


def line_of(stage: Stage, words: str) -> str:
    return next(line for line in stage.text.splitlines() if words in line)


def order(stage: Stage, *words: str) -> list[str]:
    """These words as they come on the screen, from the top."""
    return sorted((w for w in words if w in stage.text), key=stage.text.index)


@pytest.mark.parametrize("size", SIZES)
async def test_all_targets_of_all_clusters_are_there_and_the_worst_first(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("t")
        assert "targets of all clusters  13/15 up  1 down  1 absent" in stage.text
        lines = stage.text.splitlines()
        first = next(n for n, line in enumerate(lines) if "health" in line) + 1
        assert "✖ down" in lines[first]
        assert "monit" in lines[first]
        assert "absent" in lines[first + 1]
        assert "prod" in lines[first + 1]
        assert "● up" in lines[first + 2]


@pytest.mark.parametrize("size", SIZES)
async def test_expected_and_health_are_two_facts(size: tuple[int, int]) -> None:
    rows = tuple(
        make_target(f"{expected.value}-{health.value}", "h:1", expected=expected)
        if health is Health.UP
        else make_target(
            f"{expected.value}-{health.value}", "h:1", expected=expected, health=health
        )
        for expected in Expected
        for health in Health
        if (expected, health) != (Expected.UNLISTED, Health.ABSENT)
    )
    async with on_stage(size, with_targets(rows)) as stage:
        await stage.press("t", "1")
        for row in rows:
            line = line_of(stage, f" {row.job} ")
            assert row.health.value in line.replace(row.job, "")
            told = row.expected.value
            if size[0] < 110 and row.expected is Expected.UNLISTED:
                told = " - "
            assert told in line.replace(row.job, "")


async def test_a_number_narrows_to_a_cluster_and_the_same_shows_all_again() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t", "2")
        assert "targets of monit  1/2 up  1 down" in stage.text
        assert "argocd" not in stage.text
        await stage.press("2")
        assert "targets of all clusters" in stage.text
        await stage.press("3", "0")
        assert "targets of all clusters" in stage.text
        assert "argocd" in stage.text


async def test_words_narrow_and_a_bang_leaves_out() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t", "slash", *"talos", "space", "exclamation_mark")
        await stage.press(*"kubelets")
        assert " /talos !kubelets 7 of " in stage.text
        assert "10.10.0.43:9100" in stage.text
        assert "talos-kubelets" not in stage.text
        assert "13/15 up" in stage.text
        await stage.press("escape")
        assert "talos-kubelets" in stage.text
        assert "/talos" not in stage.text


async def test_nothing_found_says_so() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t", "slash", *"zzz")
        assert "nothing here has 'zzz'; esc shows all" in stage.text


def timed(job: str, took: float, scraped: float, turned: float) -> TargetRow:
    row = make_target(job, "h:1")
    assert row.target is not None
    target = replace(row.target, scrape_seconds=took, last_scrape=ago(seconds=scraped))
    return replace(row, target=target, since=Since(ago(minutes=turned)))


SORTED = (
    ("J", "by job", ["aa", "bb", "cc"]),
    ("A", "by newest change", ["bb", "cc", "aa"]),
    ("D", "by slowest scrape", ["cc", "aa", "bb"]),
    ("P", "by oldest scrape", ["bb", "aa", "cc"]),
)


@pytest.mark.parametrize(("key", "words", "wanted"), SORTED)
async def test_a_key_sorts_by_a_column(key: str, words: str, wanted: list[str]) -> None:
    rows = (timed("aa", 2, 20, 9), timed("bb", 1, 30, 1), timed("cc", 3, 10, 5))
    async with on_stage((120, 36), with_targets(rows)) as stage:
        await stage.press("t", "1", key)
        assert words in stage.text
        assert order(stage, " aa ", " bb ", " cc ") == [f" {w} " for w in wanted]
        await stage.press("W")
        assert "worst first" in stage.text


async def test_sorting_goes_round() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t")
        seen = []
        for _ in range(6):
            await stage.press("S")
            seen.append(line_of(stage, "targets of all").split("━ ")[-1])
        assert "worst first" in seen[-1]
        assert len(set(seen)) == 6


async def test_a_scrape_near_its_timeout_and_one_that_is_overdue_are_marked() -> None:
    rows = (timed("slow", 9, 5, 1), timed("late", 1, 70, 1), timed("calm", 1, 50, 1))
    async with on_stage((160, 36), with_targets(rows)) as stage:
        await stage.press("t", "1")
        assert "▲ 9s/10s" in line_of(stage, " slow ")
        assert "⧗ 1m" in line_of(stage, " late ")
        calm = line_of(stage, " calm ")
        assert "1s/10s" in calm
        assert "50s" in calm
        assert not {"▲", "⧗"} & set(calm)


SINCE = (
    (Since(ago(minutes=4)), None, " 4m "),
    (Since(ago(minutes=4), is_exact=False), Fault(FaultKind.TIMEOUT, "slow"), ">4m "),
    (None, Fault(FaultKind.TIMEOUT, "slow"), None),
)


@pytest.mark.parametrize(("since", "past", "words"), SINCE)
async def test_since_when_is_told_as_far_as_it_is_known(
    since: Since | None, past: Fault | None, words: str | None
) -> None:
    row = replace(make_target("aa", "h:1"), since=since)
    async with on_stage((120, 36), with_targets((row,))) as stage:
        if past is not None:
            stage.backend.remembered = lambda _: past
        await stage.press("t", "1")
        line = line_of(stage, " aa ")
        if words is None:
            assert "m " not in line.split("yes")[1].split("aa")[0]
        else:
            assert words in line


async def test_what_prometheus_remembers_tells_since_when() -> None:
    row = make_target("aa", "h:1", health=Health.DOWN, error="refused")
    row = replace(row, since=Since(ago(seconds=5), is_exact=False))
    async with on_stage((120, 36), with_targets((row,))) as stage:
        await stage.press("t", "1")
        assert " 30m aa" in line_of(stage, " aa ")


async def test_the_last_day_is_a_strip_of_its_own_outages() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("t")
        await stage.settle()
        assert "down, last 24h" in stage.text
        up = line_of(stage, "argocd-metrics")
        assert "▁▁▁▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁▁▁▁▁▁" in up
        assert "▁▁▁▁▅" in line_of(stage, "✖ down")
        absent = line_of(stage, "argocd-server-metrics")
        assert "▁" not in absent


async def test_a_past_that_cannot_be_read_says_why() -> None:
    async with on_stage((200, 60)) as stage:
        stage.backend.remembered = lambda _: Fault(FaultKind.TIMEOUT, "no answer")
        await stage.press("t")
        await stage.settle()
        assert "○ no answer" in line_of(stage, "argocd-metrics")


async def test_only_the_targets_in_view_are_asked_about_and_not_twice() -> None:
    rows = tuple(make_target(f"job-{n:03}", f"h:{n}") for n in range(500))
    async with on_stage((120, 36), with_targets(rows)) as stage:
        await stage.press("t", "1")
        first = [target.job for part in stage.backend.asked for _, target in part]
        assert "job-000" in first
        assert len(first) == len(set(first)) < 35
        await stage.press("G")
        stage.app.show_now()
        await stage.settle()
        both = [target.job for part in stage.backend.asked for _, target in part]
        assert "job-499" in both
        assert len(both) == len(set(both)) < 70
        await stage.clock.advance(70)
        stage.app.show_now()
        await stage.settle()
        again = [target.job for part in stage.backend.asked for _, target in part]
        assert again[len(both) :] == both[len(first) :]


async def test_a_silent_prometheus_is_told_with_whose_rows_are_old() -> None:
    fleet = make_fleet()
    monit = fleet.clusters[1]
    sources = tuple(
        failing(each, FaultKind.UNREACHABLE, "connection refused")
        if each.key.feed == "targets"
        else each
        for each in monit.sources
    )
    clusters = list(fleet.clusters)
    clusters[1] = replace(monit, sources=sources)
    async with on_stage((120, 36), replace(fleet, clusters=tuple(clusters))) as stage:
        await stage.press("t")
        assert "Prometheus targets of monit: connection refused" in stage.text
        assert "⧗ stale 4m" in stage.text
        assert "proxmox-carrick" in stage.text


async def test_a_cluster_without_an_answer_is_named() -> None:
    async with on_stage((160, 36), with_targets(None, 2)) as stage:
        await stage.press("t")
        assert "13/14 up" in stage.text or "12/14 up" in stage.text
        assert "agentic … connecting" in stage.text or "agentic ○" in stage.text


async def test_clusters_without_an_answer_leave_no_gap_where_numbers_would_be() -> None:
    async with on_stage((160, 36), unreachable_fleet()) as stage:
        assert "targets  ○ unknown" in stage.text
        await stage.press("t")
        words = "prod ○ unknown  monit ○ unknown  agentic ○ unknown"
        assert f"targets of all clusters  {words}" in stage.text


async def test_targets_of_no_configured_cluster_are_shown_and_counted() -> None:
    stray = make_target("stray", "h:1", expected=Expected.UNLISTED)
    fleet = replace(make_fleet(), stray_targets=(stray,))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("t")
        assert "14/16 up" in stage.text
        assert "none" in line_of(stage, " stray ")
        await stage.press("slash", *"stray", "enter", "enter")
        assert "● up   not in the inventory" in stage.text


def past_of(**wrong: object) -> Callable[[Target], Past]:
    up: list[float | None] = [1.0] * 288
    up[100:112] = [0.0] * 12
    took = [0.02] * 288
    return lambda _: replace(
        Past(NOW, NOW, 300, tuple(up), tuple(took)),
        **wrong,
    )


@pytest.mark.parametrize("size", SIZES)
async def test_a_target_opens_to_all_that_is_known_of_it(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("t", "2", "enter")
        assert "proxmox-carrick 10.30.0.10:8006" in stage.text
        assert "✖ down   expected" in stage.text
        assert "TLS: unknown authority" in stage.text
        assert "tls: failed to verify certificate" in stage.text
        assert "look at its issuer" in stage.text
        assert "url        http://10.30.0.10:8006/metrics" in stage.text
        assert "20ms of 10s, 0% of its timeout" in stage.text
        assert [key[0][0] for key in stage.backend.asked][-1] == "monit"


async def test_the_foot_of_a_target_says_once_that_texts_are_copied() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t", "enter")
        foot = stage.text.splitlines()[-1]
        assert foot.count("copy") == 1


async def test_its_last_day_is_drawn_and_asked_once() -> None:
    async with on_stage((120, 40)) as stage:
        stage.backend.remembered = past_of()
        await stage.press("t", "slash", *"argocd-metrics", "enter", "enter")
        asked = len(stage.backend.asked)
        assert "up  95.8% of the time" in stage.text
        assert "took  at most 20ms of 10s" in stage.text
        assert "24h ago" in stage.text
        stage.app.show_now()
        await stage.settle()
        assert len(stage.backend.asked) == asked
        await stage.clock.advance(70)
        stage.app.show_now()
        await stage.settle()
        assert len(stage.backend.asked) == asked + 1


async def test_a_last_day_that_cannot_be_read_says_why() -> None:
    async with on_stage((120, 40)) as stage:
        stage.backend.remembered = lambda _: Fault(FaultKind.TIMEOUT, "no answer")
        await stage.press("t", "2", "enter")
        assert "no answer. It accepts but does not answer in time" in stage.text


async def test_a_missing_target_tells_what_to_add_and_c_copies_it() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("t", "1", "enter")
        assert "◌ absent   expected" in stage.text
        assert "no alert on `up` can fire" in stage.text
        assert "scrape it" in stage.text
        assert "expect it no longer" in stage.text
        await stage.press("c")
        assert "- job_name:" in stage.app.clipboard
        assert "10.10.0.40:30083" in stage.app.clipboard
        await stage.press("j", "c")
        assert "clusters.prod.inventory.argocd-server-metrics" in stage.app.clipboard


async def test_a_target_that_is_gone_stays_and_says_so() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("t", "2", "enter")
        await stage.publish(with_targets((), 1))
        assert "proxmox-carrick" in stage.text
        assert "no longer listed" in stage.text


async def test_a_target_leads_back_to_all_of_its_cluster() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("t", "1", "enter", "a")
        assert "targets of prod" in stage.text
        listing = stage.app.screen.query_one(Listing)
        assert (listing.cursor_key or "").startswith("prod argocd-server-metrics")


async def test_the_finding_of_a_missing_target_carries_the_way_out() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    finding = replace(prod.findings[0], fixes=("- job_name: a\n", "second\n"))
    prod = replace(prod, findings=(finding, *prod.findings[1:]))
    shown = replace(fleet, clusters=(prod, *fleet.clusters[1:]))
    async with on_stage((120, 40), shown) as stage:
        await stage.press("j", "enter")
        assert "c copies this:" in stage.text
        assert "- job_name: a" in stage.text
        await stage.press("c")
        assert stage.app.clipboard == "- job_name: a\n"
        await stage.press("j", "enter")
        assert "◌ absent   expected" in stage.text


async def test_what_comes_next_is_a_key_away() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("t", "w")
        assert "what next  proxmox-carrick" in stage.text
        await stage.press("escape", "enter", "w")
        assert "what next  proxmox-carrick" in stage.text


async def test_the_pane_of_a_cluster_opens_what_the_cursor_is_on() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("shift+tab", "enter")
        assert "argocd-server-metrics" in stage.text
        assert "◌ absent   expected" in stage.text
        await stage.press("escape", "j", "enter")
        assert "targets of prod" in stage.text


async def test_ages_grow_while_nothing_new_is_read() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t", "2")
        before = line_of(stage, "talos-monitor")
        assert " 7s" in before
        await stage.clock.advance(timedelta(minutes=1).total_seconds())
        stage.app.show_now()
        await stage.settle()
        assert "1m" in line_of(stage, "talos-monitor")
