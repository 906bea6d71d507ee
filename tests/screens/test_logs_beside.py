"""The clusters side by side, each in a pane of its own."""

from __future__ import annotations

import pytest

from tests.cut import without_loki
from tests.estate import make_entry, make_fleet
from tests.screens.stage import Stage, on_stage
from tests.screens.test_logs_past import numbered
from tui.screens.log_pane import LogPane
from widgets.status_line import StatusLine


def panes(stage: Stage) -> list[LogPane]:
    return list(stage.app.screen.query(LogPane))


def seen(stage: Stage) -> list[str]:
    return [pane.names[0] for pane in panes(stage) if pane.display]


def texts(pane: LogPane) -> list[str]:
    log = pane.log_view
    return [log.teller.text(item) for item in log.kept_items()]


def focused(stage: Stage) -> str:
    (pane,) = (each for each in panes(stage) if each.has_focus_within)
    return pane.names[0]


async def until_lines(stage: Stage, pane: LogPane, count: int) -> None:
    await stage.until_that(lambda: pane.log_view.line_count >= count, count)


async def test_each_cluster_has_a_pane_with_its_own_lines() -> None:
    async with on_stage((200, 60)) as stage:
        names = [each.name for each in stage.backend.fleet.clusters]
        await stage.press("L", "C")
        assert seen(stage) == names
        stage.backend.log(names[0], make_entry("only here"))
        await stage.until("only here")
        assert ["only here" in texts(pane) for pane in panes(stage)] == [
            name == names[0] for name in names
        ]
        await stage.press("C")
        (merged,) = panes(stage)
        assert merged.names == tuple(names)
        await stage.until("prod/talos-wk-2")


@pytest.mark.parametrize(("size", "count"), [((80, 24), 1), ((120, 36), 2)])
async def test_panes_without_room_are_one_key_away(
    size: tuple[int, int], count: int
) -> None:
    async with on_stage(size) as stage:
        await stage.press("L", "C")
        assert len(seen(stage)) == count
        await stage.until("[1 prod ")
        assert " 3 agentic " in stage.text
        await stage.press("3")
        assert "agentic" in seen(stage)
        await stage.until("[3 agentic ")
        assert focused(stage) == "agentic"


async def test_tab_goes_round_the_panes() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("L", "C")
        gone = [focused(stage)]
        for _ in range(3):
            await stage.press("tab")
            gone.append(focused(stage))
        assert gone == ["prod", "monit", "agentic", "prod"]
        await stage.press("shift+tab")
        assert focused(stage) == "agentic"


async def test_keys_act_on_the_pane_in_focus_alone() -> None:
    every = numbered(3 * 3600)
    async with on_stage((200, 60)) as stage:
        stage.backend.archive.kept = {"prod": every, "monit": every}
        await stage.press("L", "C", "2", "at", *"-2h", "enter")
        prod, monit, _ = panes(stage)
        await until_lines(stage, monit, 100)
        await stage.until("in the past: 00:13-")
        assert (prod.stretch, monit.stretch is not None) == (None, True)
        assert texts(monit)[0] == "prod 03599"
        await stage.press("v")
        assert (prod.log_view.chosen.level, monit.log_view.chosen.level) == (0, 1)


async def test_who_changes_the_panes_stays_in_the_same_time_with_the_same_filter() -> (
    None
):
    every = numbered(3 * 3600)
    async with on_stage((200, 60)) as stage:
        stage.backend.archive.kept = {"prod": every, "monit": every}
        await stage.press("L", "ampersand", *"prod", "enter")
        await stage.press("at", *"-2h", "enter", "C")
        first, second, *_ = panes(stage)
        for pane in (first, second):
            await until_lines(stage, pane, 100)
            assert texts(pane)[0] == "prod 03599"
            assert pane.log_view.chosen.typed == "prod"


async def test_a_cluster_that_was_chosen_has_the_keys_beside_the_others() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L", "2", "C")
        assert focused(stage) == "monit"
        await stage.press("0")
        (merged,) = panes(stage)
        assert len(merged.names) == 3
        assert merged.has_focus_within


async def test_the_title_and_the_bars_tell_one_number_of_errors() -> None:
    bad = "BTRFS error (device sdb): parent transid verify failed on 1 wanted 2 found 1"
    async with on_stage((80, 24)) as stage:
        stage.backend.logs = {"prod": tuple(make_entry(bad) for _ in range(3))}
        await stage.press("L", "1")
        await stage.until("prod  ✖ 3 btrfs")
        await stage.until(", 3 errors")


async def test_a_cluster_whose_log_does_not_come_is_not_called_calm() -> None:
    fleet = without_loki(make_fleet(), "monit")
    async with on_stage((80, 24), fleet) as stage:
        await stage.press("L", "C")
        await stage.until("3 agentic ✔ no errors")
        (others,) = stage.app.screen.query("#others").results(StatusLine)
        (line,) = (each for each in stage.text.splitlines() if "2 monit" in each)
        assert others.display
        assert "2 monit ⧗ stale 4m" in line
        assert "3 agentic ✔ no errors" in line
        await stage.press("2")
        await stage.until("⧗ stale 4m  following")


async def test_what_is_read_to_its_end_is_no_longer_called_reading() -> None:
    """Nothing else need happen: the next beat may be two seconds away."""
    async with on_stage((80, 24)) as stage:
        await stage.press("L", "C")
        while any(pane.uncounted() for pane in panes(stage)):
            await stage.settle()
        await stage.settle()
        told = stage.text.splitlines()[1]
        assert "3 agentic ✔ no errors" in told
        assert "reading" not in told


async def test_a_cluster_of_which_the_past_is_shown_is_not_called_calm() -> None:
    """Its errors of then are told in the pane; here stood `no errors`."""
    async with on_stage((80, 24)) as stage:
        await stage.press("L", "C")
        await stage.until("3 agentic ✔ no errors")
        await stage.press("3", "left_square_bracket")
        await stage.until("in the past: ")
        await stage.settle()
        told = stage.text.splitlines()[1]
        assert "[3 agentic in the past]" in told
