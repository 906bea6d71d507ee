"""The page of `taloscope report`: the screens are drawn by replaying the record."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from tui.cli.dashboard import KNOBS
from tui.cli.output import complain
from tui.cli.replay import shown_with
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load
from tui.report.page import Picture, page
from tui.report.values import Report
from tui.state.worker import Worker
from tui.tape.past import PastBackend
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch

MOST = 8
_APART = timedelta(minutes=1)
_AFTER = timedelta(seconds=4)
"""So long after something turned real the screens show it."""


def html_page(
    report: Report, shelf: Shelf, config: Path | None, environ: Mapping[str, str]
) -> str:
    """The page; without pictures, and that is said, where they cannot be drawn."""
    wanted = moments(report)
    try:
        drawn = _drawn(shelf, config, environ, [at for at, _ in wanted])
    except TimeoutError:
        complain("the screens took too long to draw: the page is without them")
        drawn = ()
    pictures = (
        Picture(at, what, svg) for (at, what), svg in zip(wanted, drawn, strict=False)
    )
    return page(report, tuple(pictures))


def moments(report: Report) -> tuple[tuple[datetime, str], ...]:
    """When to look at the screen, and why: at the marks, else when it turned real."""
    found = [(each.at, each.text) for each in report.notes]
    if not found:
        for each in report.timeline:
            is_new = not found or each.at + _AFTER - found[-1][0] > _APART
            if each.tone == "real" and is_new:
                found.append((each.at + _AFTER, f"{each.about} {each.what}"))
    end = (report.end_at, "the end")
    return (*found[: MOST - 1], end)


def _drawn(
    shelf: Shelf,
    config: Path | None,
    environ: Mapping[str, str],
    times: list[datetime],
) -> tuple[str, ...]:
    for name, value in KNOBS.items():
        os.environ.setdefault(name, value)
    from tui.app.picturing import pictures  # noqa: PLC0415 - it reads the knobs

    taped = shelf.moment(times[0])
    try:
        own = load(find(config, environ), environ)
    except ConfigError:
        own = Config(Path(), ())
    wishes = shown_with(own, taped)

    async def draw() -> tuple[str, ...]:
        past = PastBackend(taped, shelf, Worker("report"), lambda: None)
        switch = Switch(past, None, shelf)
        await switch.rewind(taped.at)
        return await pictures(wishes, SystemClock(), switch, times)

    return asyncio.run(draw())
