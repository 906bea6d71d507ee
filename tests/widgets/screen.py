"""What is on the screen, as text and as styles, and an app to put one widget on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.style import Style
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tui.clock import SystemClock

PATIENCE_SECONDS = 15.0
"""Several times the slowest beat of a screen (`tui.app.ticks`, 2.2 s), which a busy
machine makes slower: to give up about when it comes is to fail by chance."""
CLOCK = SystemClock()


class Stage(App[None]):
    """An app with nothing but the widgets under test."""

    def __init__(self, *actors: Widget) -> None:
        super().__init__()
        self._actors = actors

    def compose(self) -> ComposeResult:
        yield from self._actors


def screen_lines(app: App[Any]) -> list[str]:
    """Return the lines of the screen, trailing spaces removed."""
    strips = app.screen._compositor.render_strips()
    return ["".join(s.text for s in strip).rstrip() for strip in strips]


def screen_text(app: App[Any]) -> str:
    """Return the whole screen as text."""
    return "\n".join(screen_lines(app)).rstrip("\n")


def style_of(app: App[Any], text: str) -> Style:
    """Return the style of the first piece on the screen that holds a text."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            if text in segment.text:
                return segment.style or Style.null()
    raise AssertionError(f"{text!r} is not on the screen:\n{screen_text(app)}")


async def until(pilot: Pilot[None], words: str) -> None:
    """Wait until the screen says so."""
    await until_that(pilot, lambda: words in screen_text(pilot.app), words)


async def until_that(
    pilot: Pilot[None], holds: Callable[[], bool], what: object = "it"
) -> None:
    """Wait until something holds; fail and show the screen where it never does."""
    end = CLOCK.monotonic() + PATIENCE_SECONDS
    while not holds():
        if CLOCK.monotonic() > end:
            raise AssertionError(f"{what!r} never came:\n{screen_text(pilot.app)}")
        await pilot.pause(0.02)
