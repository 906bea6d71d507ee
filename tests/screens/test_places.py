"""`O` on an alert: one key to what it names, and `esc` back to where one was."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import BTRFS, kernel_entries, make_entry, make_fleet
from tests.screens.stage import Stage, on_stage
from tui.messages import OpenFinding
from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.screens.alert import AlertScreen
from tui.screens.finding import FindingScreen
from tui.screens.fleet import FleetScreen
from tui.screens.logs import LogsScreen
from tui.screens.node import NodeScreen
from tui.screens.places import PlacesScreen
from tui.screens.silences import SilencesScreen
from tui.screens.target import TargetScreen

SIZES = ((80, 24), (200, 60))


@pytest.mark.parametrize("size", SIZES)
async def test_the_chooser_names_node_line_and_errors(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await stage.press("enter", "O")
        assert isinstance(stage.app.screen, PlacesScreen)
        assert "go to  BTRFSCorruptionDetected" in stage.text
        assert "1 kernel line" in stage.text
        assert "2 kernel errors" in stage.text
        assert "3 node          talos-wk-2  10.10.0.42" in stage.text


async def test_a_digit_opens_the_node_and_esc_comes_back_to_the_same_place() -> None:
    async with on_stage((120, 24)) as stage:
        await stage.press("enter", "tab", "down", "down", "down")
        alert = stage.app.screen
        assert isinstance(alert, AlertScreen)
        before = stage.text.splitlines()[1:-1]
        await stage.press("O", "3")
        assert isinstance(stage.app.screen, NodeScreen)
        assert "talos-wk-2" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, AlertScreen)
        assert stage.text.splitlines()[1:-1] == before


async def test_enter_opens_what_the_cursor_is_on_and_esc_stays() -> None:
    async with on_stage() as stage:
        await stage.press("enter", "O", "escape")
        assert isinstance(stage.app.screen, AlertScreen)
        await stage.press("O", "down", "enter")
        assert isinstance(stage.app.screen, FindingScreen)
        # A digit without a place does nothing.
        await stage.press("escape", "O", "9")
        assert isinstance(stage.app.screen, PlacesScreen)


async def test_the_kernel_log_stands_at_the_line_that_the_alert_is_made_of() -> None:
    async with on_stage() as stage:
        stage.backend.logs["prod"] = kernel_entries("prod")
        await stage.press("enter", "O", "1")
        screen = stage.app.screen
        assert isinstance(screen, LogsScreen)
        await stage.until("parent transid verify failed")
        line = screen._focused_pane.log_view.current_line
        assert line is not None
        assert "BTRFS" in line.text
        assert not screen._focused_pane.log_view.following


async def test_the_only_place_is_gone_to_at_once() -> None:
    async with on_stage() as stage:
        await stage.press("2", "enter", "O")
        assert isinstance(stage.app.screen, TargetScreen)
        assert "proxmox-carrick" in stage.text


async def test_what_names_nothing_says_so() -> None:
    async with on_stage() as stage:
        await stage.press("2", "down", "enter", "O")
        assert isinstance(stage.app.screen, AlertScreen)
        (toast,) = stage.app._notifications
        assert toast.message == "It names nothing of its cluster that is known here."


async def test_lines_of_a_node_that_the_log_knows_by_address_are_found() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    finding = Finding(FindingKind.KERNEL, Verdict.REAL, "10.10.0.42", "kernel errors")
    known = (replace(BTRFS, node="10.10.0.42"),)
    prod = replace(prod, findings=(finding,), log_findings=known)
    fleet = replace(fleet, clusters=(prod, *fleet.clusters[1:]))
    async with on_stage(fleet=fleet) as stage:
        line = "BTRFS error (device sdb): parent transid verify failed on logical 7"
        stage.backend.logs["prod"] = (make_entry(line, "10.10.0.42"),)
        stage.app.post_message(OpenFinding("prod", finding))
        await stage.settle()
        await stage.press("enter")
        assert isinstance(stage.app.screen, LogsScreen)
        await stage.until("verify failed on logical 7")


async def silenced(stage: Stage) -> None:
    """Go to the alert of prod that a silence covers."""
    await stage.press("1", "G")
    assert isinstance(stage.app.screen, FleetScreen)


async def test_the_key_works_on_a_row_of_the_fleet() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("O")
        assert "4 runbook" in stage.text
        await stage.press("4")
        alert = stage.app.screen
        assert isinstance(alert, AlertScreen)
        assert "Recycle the pod and the PVC" in stage.text
        await stage.press("escape")
        await silenced(stage)
        await stage.press("O", "enter")
        assert isinstance(stage.app.screen, AlertScreen)


async def test_the_silence_that_hides_it_is_a_place() -> None:
    async with on_stage() as stage:
        await silenced(stage)
        await stage.press("O", "2")
        screen = stage.app.screen
        assert isinstance(screen, SilencesScreen)


async def test_a_finding_among_the_alerts_leads_on_too() -> None:
    async with on_stage((120, 60)) as stage:
        await stage.press("down", "O")
        assert isinstance(stage.app.screen, (PlacesScreen, TargetScreen))
