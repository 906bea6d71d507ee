"""Recording holds up nobody: the logs of many clusters are taken one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.clock import ManualClock
from tests.fakes import FakeBackend
from tests.judged import NOW
from tui.clock import turn
from tui.model.bounds import Bounds
from tui.model.log import Entry
from tui.tape.taping import Taping
from tui.tape.writer import Writer


class Asked(FakeBackend):
    """Notes in which turn of the loop it was asked for entries."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.turns: list[int] = []

    async def count(self) -> None:
        while True:
            self.turn += 1
            await turn()

    def entries(self, cluster: str) -> Sequence[Entry]:
        self.turns.append(self.turn)
        return super().entries(cluster)


async def test_each_log_is_taken_in_a_turn_of_its_own(tmp_path: Path) -> None:
    backend = Asked()
    counting = asyncio.create_task(backend.count())
    taping = Taping(
        backend, ManualClock(NOW), Writer(tmp_path, "run", Bounds(), {"clusters": []})
    )
    recording = asyncio.create_task(taping.run())
    while len(backend.turns) < len(backend.fleet.clusters):
        await turn()
    for task in (recording, counting):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert len(backend.fleet.clusters) > 1
    first = backend.turns[: len(backend.fleet.clusters)]
    assert len(set(first)) == len(first)
