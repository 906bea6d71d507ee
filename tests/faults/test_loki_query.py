from __future__ import annotations

import pytest

from tests.faults.asking import Way, asked, restarted
from tests.faults.behind import Harmed
from tests.faults.matrix import HTTP, Cell
from tui.engine.engine import Engine
from tui.model.fleet import SourceKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
CELLS = HTTP
LOKI = Way("loki", (SourceKind.LOKI,))


async def test_what_is_asked_fails_with_its_cause_and_works_again(
    engine: Engine, estate: Harmed, cell: Cell
) -> None:
    await asked(engine, estate, LOKI, cell)


async def test_a_restart_between_two_questions_is_survived(
    engine: Engine, estate: Harmed
) -> None:
    await restarted(engine, estate, LOKI)
