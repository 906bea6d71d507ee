from __future__ import annotations

import pytest

from tests.faults.behind import Harmed
from tests.faults.matrix import HTTP
from tests.faults.soak import rounds
from tui.engine.engine import Engine

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nothing_is_left_open_by_faults(engine: Engine, estate: Harmed) -> None:
    before = await rounds(engine, estate, 0, len(HTTP))
    after = await rounds(engine, estate, 0, len(HTTP))
    # Connections that are kept come and go; on a busy machine more of them at a time.
    assert after.files <= before.files + 64
    assert after.tasks <= before.tasks + 16
    assert after.rss_mib < before.rss_mib + 150  # twice an answer that is too large
