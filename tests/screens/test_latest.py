"""Work of which only the latest counts leaves nothing behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.widgets import Static
from textual.worker import WorkerFailed

from tui.clock import turn
from tui.screens.latest import run_latest


class _Rows:
    """What a worker works on, thousands of rows for instance."""


@pytest.fixture
def _no_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.usefixtures("_no_collector")
async def test_what_it_worked_on_goes_without_the_collector() -> None:
    seen = []

    async def work(rows: _Rows) -> None:
        seen.append(type(rows))

    app: App[None] = App()
    async with app.run_test():
        rows = _Rows()
        known = weakref.ref(rows)
        run_latest(app, "rows", work, rows)
        del rows
        await app.workers.wait_for_complete()
        assert seen == [_Rows]
        assert known() is None


async def test_what_is_being_taken_away_may_have_lost_its_children() -> None:
    class Held(Container):
        def compose(self) -> ComposeResult:
            yield Static()

        def on_mount(self) -> None:
            run_latest(self, "rows", self.show_rows)

        async def show_rows(self) -> None:
            while self.query(Static):
                await turn()
            self.query_one(Static)

    app: App[None] = App()
    async with app.run_test() as pilot:
        held = Held()
        await app.mount(held)
        await held.remove()
        await pilot.pause()
        assert app.is_running


async def test_a_child_that_was_never_there_is_told_of() -> None:
    async def work() -> None:
        app.query_one(Static)

    app: App[None] = App()

    async def run() -> None:
        async with app.run_test() as pilot:
            run_latest(app, "rows", work)
            await pilot.pause()

    with pytest.raises(WorkerFailed):
        await run()
