"""The tests that each kind of source is held to.

A kind has a file of its own, so that they run side by side. It says which KIND, which
FEED of it, and which CELLS are tried (see conftest.py).
"""

from __future__ import annotations

from tests.faults.behind import Harmed
from tests.faults.matrix import Cell, restarted, told
from tui.engine.engine import Engine
from tui.model.fleet import SourceKind

Feed = tuple[SourceKind, str]


async def test_a_fault_is_told_and_the_rest_goes_on(
    engine: Engine, estate: Harmed, feed: Feed, cell: Cell
) -> None:
    await told(engine, estate, *feed, cell)


async def test_a_restart_is_survived(
    engine: Engine, estate: Harmed, feed: Feed
) -> None:
    await restarted(engine, estate, *feed)
