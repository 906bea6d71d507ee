"""The kernel findings in a list under the logs."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from tests.estate import BTRFS, ISCSI, failing, make_entry, make_fleet
from tests.judged import NOW, ago
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.alert import Verdict
from tui.model.fault import FaultKind
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet, SourceKind
from tui.model.log import Entry, LogFinding
from tui.screens.finding import FindingScreen
from tui.screens.log_findings import FindingsPanel
from tui.screens.log_pane import LogPane
from tui.screens.logs import LogsScreen
from widgets.log_view import LogView
from widgets.row_table import RowTable

LINE = "BTRFS error (device sdb): parent transid verify failed on logical 7"


def ending(line: str, at: datetime, cluster: str = "prod") -> tuple[LogFinding, Entry]:
    """A finding, and the entry that is its last."""
    entry = make_entry(line, at=at)
    return replace(BTRFS, cluster=cluster, last=at, sample=line, entry=entry), entry


def having(*found: LogFinding) -> Fleet:
    """A fleet with these findings and no others."""
    fleet = make_fleet()
    clusters = tuple(
        replace(each, log_findings=tuple(f for f in found if f.cluster == each.name))
        for each in fleet.clusters
    )
    return replace(fleet, clusters=clusters)


def panel(stage: Stage) -> FindingsPanel:
    return stage.app.screen.query_one(FindingsPanel)


def listed(stage: Stage) -> list[str]:
    """Class and rules of each row."""
    rows = panel(stage).query_one(RowTable).rows
    return [f"{row.cells[4].text} {row.cells[9].text}" for row in rows]


async def until_on(stage: Stage, words: str, place: int = 0) -> LogView:
    log = list(stage.app.screen.query(LogView))[place]

    def is_there() -> bool:
        line = log.current_line
        return not log.following and line is not None and words in line.text

    await stage.until_that(is_there, words)
    return log


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_is_closed_until_it_is_asked_for(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await stage.press("L")
        assert not panel(stage).display
        await stage.press("F")
        assert "kernel findings of the last hour  2" in stage.text
        assert panel(stage).has_focus_within
        assert "talos-wk-2" in stage.text
        assert "session1" in stage.text
        for key in ("F", "escape"):
            await stage.press(key)
            assert not panel(stage).display
            assert stage.app.screen.query_one(LogView).has_focus
            await stage.press("F")


async def test_the_keyboard_goes_between_log_and_list_and_escape_closes() -> None:
    found, entry = ending(LINE, ago(seconds=50))
    async with on_stage((120, 36), having(found)) as stage:
        stage.backend.logs = {"prod": (entry,)}
        await stage.press("L", "F", "enter")
        await until_on(stage, LINE)
        await stage.press("F")
        assert panel(stage).has_focus_within
        await stage.press("enter", "escape")
        assert not panel(stage).display
        assert isinstance(stage.app.screen, LogsScreen)
        await stage.press("escape")
        assert not isinstance(stage.app.screen, LogsScreen)


async def test_a_key_leads_from_an_error_to_what_it_hurts() -> None:
    page = Finding(FindingKind.KERNEL, Verdict.REAL, BTRFS.node, "kernel of it: ill")
    warned = replace(ISCSI, node="talos-wk-9", severity="warning")
    fleet = having(BTRFS, warned)
    clusters = tuple(
        replace(each, findings=(page,) if each.name == BTRFS.cluster else ())
        for each in fleet.clusters
    )
    async with on_stage((120, 36), replace(fleet, clusters=clusters)) as stage:
        await stage.press("L", "F", "j", "i")
        (toast,) = stage.app._notifications
        assert toast.message.startswith("talos-wk-9 has warnings alone")
        await stage.press("k", "i")
        await stage.until("kernel of it: ill")
        assert isinstance(stage.app.screen, FindingScreen)
        await stage.press("escape")
        assert isinstance(stage.app.screen, LogsScreen)
        assert panel(stage).display


async def test_the_worst_is_first_and_what_no_rule_sees_before_what_one_sees() -> None:
    fleet = having(
        replace(BTRFS, seen_by=("Corrupt",), last=ago(seconds=1)),
        replace(ISCSI, kind="soft", severity="warning", seen_by=(), last=NOW),
        replace(ISCSI, seen_by=()),
        replace(ISCSI, kind="ext4", device="sdc", last=ago(minutes=9)),
    )
    async with on_stage((200, 60), fleet) as stage:
        await stage.press("L", "F")
        assert listed(stage) == [
            "iscsi no rule sees it",
            "btrfs Corrupt",
            "ext4 not known",
            "soft no rule sees it",
        ]


async def test_a_row_tells_count_rate_and_both_ages() -> None:
    fleet = having(replace(BTRFS, count=61, first=ago(minutes=32), last=ago(minutes=2)))
    async with on_stage((200, 60), fleet) as stage:
        await stage.press("L", "F")
        (row,) = panel(stage).query_one(RowTable).rows
        told = [cell.text for cell in row.cells]
        assert told[:9] == [
            *("✖", "prod", "talos-wk-2", "sdb", "btrfs", "61", "2.0", "32m", "2m"),
        ]


async def test_enter_stands_on_the_last_line_in_the_log_of_its_cluster() -> None:
    found, entry = ending(LINE, ago(seconds=50))
    async with on_stage((200, 60), having(found)) as stage:
        others = [make_entry(f"line {n}", at=ago(seconds=90)) for n in range(300)]
        later = [make_entry(f"line {n}", at=ago(seconds=9)) for n in range(300)]
        stage.backend.logs = {"prod": (*others, entry, *later), "monit": (entry,)}
        await stage.press("L", "F", "enter")
        log = await until_on(stage, LINE)
        assert log.current_line is not None
        assert log.current_line.gutter.startswith("prod/")
        assert log.has_focus
        assert panel(stage).display
        await stage.press("C", "2", "F", "enter")
        log = await until_on(stage, LINE)
        assert log.has_focus


async def test_a_filter_or_a_class_that_hides_the_line_is_taken_away() -> None:
    found, entry = ending(LINE, ago(seconds=50))
    other = make_entry("session1: session recovery timed out after 5 secs", at=NOW)
    async with on_stage((200, 60), having(found, ISCSI)) as stage:
        stage.backend.logs = {"prod": (entry, other)}
        await stage.press("L", "ampersand", *"recovery", "enter", "c", "c")
        await stage.until("only iscsi")
        assert LINE not in stage.text
        await stage.press("F", "enter")
        await until_on(stage, LINE)
        assert "only iscsi" not in stage.text


async def test_a_line_that_is_kept_no_more_is_found_in_the_past() -> None:
    found, entry = ending(LINE, ago(minutes=40))
    before = [make_entry(f"line {n}", at=ago(minutes=40.5)) for n in range(250)]
    behind = [make_entry(f"line {n}", at=ago(minutes=39.5)) for n in range(250)]
    async with on_stage((200, 60), having(found)) as stage:
        stage.backend.logs = {"prod": (make_entry("the newest"),)}
        stage.backend.archive.kept = {"prod": (*before, entry, *behind)}
        await stage.press("L", "F", "enter")
        await stage.until("in the past: ")
        await until_on(stage, LINE)


async def test_a_line_that_loki_has_no_more_is_told() -> None:
    found, _ = ending(LINE, ago(minutes=40))
    async with on_stage((200, 60), having(found)) as stage:
        await stage.press("L", "F", "enter")
        await stage.until("Loki has nothing of this time")
        (said,) = stage.app._notifications
        assert said.message.startswith("Loki has that line no more")
        assert stage.app.screen.query_one(LogPane).stretch is not None


async def test_without_findings_it_says_so() -> None:
    async with on_stage((120, 36), having()) as stage:
        await stage.press("L", "F")
        assert "no findings" in stage.text
        await stage.press("enter")
        assert panel(stage).display


async def test_what_is_not_known_is_not_called_calm() -> None:
    fleet = having()
    unknown = tuple(
        replace(
            each,
            last_entry_at=None,
            sources=tuple(
                replace(
                    failing(source, FaultKind.TIMEOUT, "no answer"), observed_at=None
                )
                if source.key.kind is SourceKind.LOKI
                else source
                for source in each.sources
            ),
        )
        for each in fleet.clusters
    )
    async with on_stage((120, 36), replace(fleet, clusters=unknown)) as stage:
        await stage.press("L", "F")
        assert "nothing is known yet of these kernel logs" in stage.text
        assert "no findings" not in stage.text
        # Of all of them the same is said once: above the log, and above the list.
        assert stage.text.count("○ unknown") == 2
        first = replace(fleet, clusters=(fleet.clusters[0], *unknown[1:]))
        await stage.publish(first)
        assert "no findings" in stage.text
        assert "monit ○ unknown" in stage.text


async def test_one_cluster_alone_lists_its_own_findings() -> None:
    async with on_stage((120, 36), having(BTRFS)) as stage:
        await stage.press("L", "F")
        assert listed(stage) == ["btrfs not known"]
        await stage.press("2")
        assert listed(stage) == []


async def test_y_copies_the_finding_under_the_cursor_with_its_newest_line() -> None:
    first = replace(BTRFS, seen_by=("Corrupt",), hurts="media/films, pod jellyfin-0")
    found = replace(ISCSI, kind="scsi", device="sdz", seen_by=(), last=ago(minutes=9))
    async with on_stage((80, 24), having(first, found)) as stage:
        await stage.press("L", "F", "y")
        unseen = stage.app.clipboard
        await stage.press("j", "y")
        head, *told = stage.app.clipboard.splitlines()
        assert "sdz" in unseen
        assert "rules of Loki: no rule sees it" in unseen
        assert head.startswith(f"error  {BTRFS.meaning} prod")
        assert "  hurts: media/films, pod jellyfin-0" in told
        assert "  rules of Loki: Corrupt" in told
        assert any("talos-wk-2 sdb: " in x and BTRFS.sample in x for x in told)


async def test_y_in_the_log_copies_its_line_and_no_finding() -> None:
    async with on_stage((120, 36), having(BTRFS)) as stage:
        stage.backend.logs = {"prod": (make_entry("an everyday line"),)}
        await stage.press("L", "F", "F")
        await stage.press("y")
        assert stage.app.clipboard == "an everyday line"


async def test_the_foot_of_the_logs_shows_the_filter_on_a_small_terminal() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("L")
        foot = stage.text.splitlines()[-1]
        assert all(
            words in foot
            for words in ("f follow", "e next error", "& filter", "F findings")
        )
