"""Work of which only the latest counts leaves nothing behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from textual.app import App

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
