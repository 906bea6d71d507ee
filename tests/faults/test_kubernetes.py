from __future__ import annotations

import pytest

from tests.faults.behind import Harmed
from tests.faults.matrix import HTTP, Cell, restarted, told
from tui.engine.engine import Engine
from tui.model.fleet import SourceKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
KIND, FEED = SourceKind.KUBERNETES, "nodes"


@pytest.mark.parametrize("cell", HTTP, ids=lambda cell: cell.fault)
async def test_a_fault_is_told_and_the_rest_goes_on(
    engine: Engine, estate: Harmed, cell: Cell
) -> None:
    await told(engine, estate, KIND, FEED, cell)


async def test_a_restart_is_survived(engine: Engine, estate: Harmed) -> None:
    await restarted(engine, estate, KIND, FEED)
