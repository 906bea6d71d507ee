from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.log import Entry, LogBatch

SECOND = 1_000_000_000
START = 1_795_227_227 * SECOND


def record(second: int, line: str, priority: str = "info") -> Entry:
    labels = {"node": "10.10.0.40", "priority": priority, "facility": "kern"}
    return Entry(START + second * SECOND, labels, line)


async def logs_of(stage: Stage, *keys: str) -> None:
    """Open the kernel logs of the nodes that the table shows after these keys."""
    await stage.press("N", *keys, "d")


@pytest.mark.parametrize("size", SIZES)
async def test_logs_of_several_nodes_are_one_in_the_order_of_their_times(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        stage.backend.batches_of = {
            "10.10.0.40": (LogBatch((record(0, "one"), record(2, "three"))),),
            "10.10.0.41": (LogBatch((record(1, "two"), record(3, "four"))),),
        }
        await logs_of(stage, "1")
        await stage.until("four")
        assert "dmesg of 4 nodes" in stage.text
        words = ("one", "two", "three", "four")
        rows = [line.split() for line in stage.text.splitlines()]
        shown = [row[1:3] for row in rows if len(row) > 2 and row[2] in words]
        names = ("talos-cp-1", "talos-wk-1") * 2
        assert shown == [list(pair) for pair in zip(names, words, strict=True)]


async def test_a_node_that_fails_says_so_between_the_lines() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "connection refused")
    async with on_stage((120, 36)) as stage:
        stage.backend.batches_of = {"10.10.0.42": (LogBatch(fault=fault),)}
        await logs_of(stage, "1")
        await stage.until("talos-wk-2: connection refused; trying again")


async def test_only_the_rows_that_are_shown_are_followed() -> None:
    async with on_stage((120, 36)) as stage:
        await logs_of(stage, "slash", *"talos-wk", "enter")
        tails = [tail for tail in stage.backend.tails if tail[0] == "dmesg"]
        assert {tail[2] for tail in tails} == {"10.10.0.41", "10.10.0.42", "10.10.0.43"}
        await stage.press("escape")
        assert stage.backend.open_tails == 0


def crowd() -> Fleet:
    """A cluster of twenty nodes."""
    fleet = make_fleet()
    node = fleet.clusters[0].nodes[0]
    many = tuple(replace(node, name=f"n-{n}", address=f"10.9.0.{n}") for n in range(20))
    return replace(fleet, clusters=(replace(fleet.clusters[0], nodes=many),))


async def test_too_many_logs_at_once_are_refused_with_a_way_out() -> None:
    async with on_stage((120, 36), crowd()) as stage:
        await logs_of(stage)
        (said,) = stage.app._notifications
        assert "20 logs at once are too many" in said.message
        assert "narrow with / to 12 nodes" in said.message
        assert not stage.backend.tails


async def test_errors_are_one_key_away_in_both_directions() -> None:
    lines = [record(n, f"line {n}") for n in range(100)]
    lines[10] = record(10, "EDAC MC0: 1 UE on DIMM", "err")
    lines[50] = record(50, "BTRFS error (device sdb): bad tree block start")
    async with on_stage((80, 24)) as stage:
        stage.backend.batches_of = {"10.10.0.40": (LogBatch(tuple(lines)),)}
        await logs_of(stage, "1")
        await stage.until("line 99")
        for key, word in (("E", "BTRFS"), ("E", "EDAC"), ("e", "BTRFS")):
            await stage.press(key)
            await stage.until(word)
        assert "paused" in stage.text
