"""What is on the screen, as text and as styles, and an app to put one widget on it."""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget


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
    for _ in range(100):
        if words in screen_text(pilot.app):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{words!r} never came:\n{screen_text(pilot.app)}")
