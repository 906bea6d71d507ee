"""The page of `taloscope report`: the screens are drawn by replaying the record."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.cli.dashboard import KNOBS
from tui.cli.output import complain
from tui.cli.replay import shown_with
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load
from tui.model.finding import FindingKind
from tui.model.fleet import Fleet
from tui.report.page import Picture, page
from tui.report.values import Report
from tui.state.worker import Worker
from tui.tape.past import PastBackend
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch

if TYPE_CHECKING:
    from textual.message import Message

MOST = 8
_APART = timedelta(minutes=1)
_AFTER = timedelta(seconds=4)
"""So long after something turned real the screens show it."""


class Shot(Struct, frozen=True):
    """A screen at a moment."""

    at: datetime
    what: str
    screen: str = ""
    """`finding`, `log` or `node`; empty: that of all clusters."""
    cluster: str = ""
    node: str = ""


def html_page(
    report: Report,
    shelf: Shelf,
    own: tuple[Path | None, Mapping[str, str]],
    say: Callable[[str], None],
) -> str:
    """The page; without pictures, and that is said, where they cannot be drawn.

    own     the operator's config, if one was named, and environment
    say     is told how far it is
    """
    wanted = shots(report)
    try:
        drawn = _drawn(shelf, own, wanted, say)
    except TimeoutError:
        complain("the screens took too long to draw: the page is without them")
        drawn = ()
    pictures = (
        Picture(each.at, each.what, svg)
        for each, svg in zip(wanted, drawn, strict=False)
    )
    return page(report, tuple(pictures))


def shots(report: Report) -> tuple[Shot, ...]:
    """Which screens to look at, and when.

    All clusters at the marks, else when something turned real; what the gravest lines
    of a kernel were about; and the end.
    """
    found = [Shot(each.at, each.text) for each in report.notes]
    if not found:
        for each in report.timeline:
            is_new = not found or each.at + _AFTER - found[-1].at > _APART
            if each.tone == "real" and is_new:
                found.append(Shot(each.at + _AFTER, f"{each.about} {each.what}"))
    end = Shot(report.end_at, "the end")
    return (*found[: MOST - 1], *_of_kernel(report), end)


def _of_kernel(report: Report) -> Iterator[Shot]:
    """The finding of the node that had the gravest lines, its log, and itself."""
    grave = [each for each in report.kernel if each.severity == "error"]
    if not grave:
        return
    worst = max(grave, key=lambda each: each.count)
    whose = worst.cluster, worst.node
    last = max(each.last for each in grave if (each.cluster, each.node) == whose)
    at = min(last + _AFTER, report.end_at)
    name = f"{worst.node} ({worst.cluster})"
    yield Shot(at, f"what hurts {name}, and how that is known", "finding", *whose)
    yield Shot(at, f"the kernel log of {name}", "log", *whose)
    yield Shot(at, f"{name} itself", "node", *whose)


def _drawn(
    shelf: Shelf,
    own: tuple[Path | None, Mapping[str, str]],
    wanted: Sequence[Shot],
    say: Callable[[str], None],
) -> tuple[str, ...]:
    for name, value in KNOBS.items():
        os.environ.setdefault(name, value)
    from tui.app.picturing import pictures  # noqa: PLC0415 - it reads the knobs

    taped = shelf.moment(wanted[0].at)
    config, environ = own
    try:
        theirs = load(find(config, environ), environ)
    except ConfigError:
        theirs = Config(Path(), ())
    wishes = shown_with(theirs, taped)

    def opening(number: int, shot: Shot, fleet: Fleet) -> Message | None:
        say(f"drawing picture {number} of {len(wanted)}")
        return _opening(shot, fleet)

    async def draw() -> tuple[str, ...]:
        past = PastBackend(taped, shelf, Worker("report"), lambda: None)
        switch = Switch(past, None, shelf)
        await switch.rewind(taped.at)
        looks = [
            (each.at, partial(opening, n, each)) for n, each in enumerate(wanted, 1)
        ]
        return await pictures(wishes, SystemClock(), switch, looks)

    return asyncio.run(draw())


def _opening(shot: Shot, fleet: Fleet) -> Message | None:
    """What opens its screen; None where that moment has nothing of it."""
    from tui import messages  # noqa: PLC0415 - it reads the knobs

    cluster = fleet.cluster(shot.cluster)
    if cluster is None:
        return None
    if shot.screen == "log":
        return messages.OpenLogs(shot.cluster, shot.node)
    if shot.screen == "node":
        known = [each.address for each in cluster.nodes if each.name == shot.node]
        return messages.OpenNode(shot.cluster, (known or [shot.node])[0])
    for each in cluster.findings:
        if each.kind is FindingKind.KERNEL and each.subject == shot.node:
            return messages.OpenFinding(shot.cluster, each)
    return None
