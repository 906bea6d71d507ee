from __future__ import annotations

from tests.screens.stage import Stage, on_stage
from tui.model.fleet import Cluster, Fleet

SEEN = "seen 2026-11-21 02:13:4"


def notes(stage: Stage) -> list[str]:
    """What was said in the corner of the screen."""
    return [each.message for each in stage.app._notifications]


async def test_y_copies_the_alert_under_the_cursor_and_says_so() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("y")
        first = stage.app.clipboard.splitlines()
        assert first[0].startswith("REAL  BTRFSCorruptionDetected prod talos-wk-2")
        assert first[-1].startswith(SEEN)
        assert notes(stage) == ["Copied: BTRFSCorruptionDetected prod"]
        await stage.press("enter", "y")
        assert stage.app.clipboard.splitlines() == first


async def test_y_copies_all_alerts_that_are_marked() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("asterisk", "y")
        assert notes(stage) == ["Copied: 3 alerts"]
        assert stage.app.clipboard.count(SEEN) == 1


async def test_y_copies_a_target_and_a_node_of_their_lists_and_pages() -> None:
    async with on_stage((120, 36)) as stage:
        for list_key, word in (("t", "  prometheus: "), ("N", "  kubernetes: ")):
            await stage.press(list_key, "y")
            told = stage.app.clipboard
            assert word in told
            await stage.press("enter", "y")
            assert stage.app.clipboard.splitlines()[0] == told.splitlines()[0]
            await stage.press("escape", "escape")


async def test_y_copies_what_the_panes_of_the_fleet_show() -> None:
    async with on_stage((200, 60)) as stage:
        seen = set()
        for _ in range(4):
            await stage.press("tab", "y")
            seen |= {line.split(":")[0] for line in stage.app.clipboard.splitlines()}
        assert "  talos" in seen


async def test_with_nothing_selected_nothing_is_copied() -> None:
    async with on_stage((120, 36), Fleet((Cluster("prod", alerts=()),))) as stage:
        await stage.press("y")
        assert stage.app.clipboard == ""
        assert notes(stage) == ["Nothing is selected to be copied."]


async def test_y_in_a_log_still_copies_its_line() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L")
        await stage.until("BTRFS error")
        await stage.press("G", "y")
        assert stage.app.clipboard
        assert "by taloscope" not in stage.app.clipboard
