from __future__ import annotations

import gc
from weakref import WeakSet

from tests.screens.stage import on_stage
from tests.widgets.screen import Stage
from widgets.panel import Panel
from widgets.queries import KEPT
from widgets.status_line import StatusLine

TIMES = 3 * KEPT


async def test_what_was_asked_for_and_removed_is_let_go() -> None:
    panel = Panel()
    gone: WeakSet[StatusLine] = WeakSet()
    async with Stage(panel).run_test():
        for _ in range(TIMES):
            line = StatusLine()
            gone.add(line)
            await panel.mount(line)
            assert panel.query_one(StatusLine) is line
            await line.remove()
            del line
        gc.collect()
        assert len(gone) <= KEPT + 2


async def test_a_screen_keeps_few_of_the_answers_that_no_longer_hold() -> None:
    async with on_stage() as stage:
        screen = stage.app.screen
        bar = screen.query_one("#keys")
        for each in range(TIMES):
            bar.display = bool(each % 2)
            assert screen.query_one("#keys") is bar
        assert len(screen._query_one_cache) <= KEPT
