"""Textual's pilot waits for each key in steps of 20 ms, and calls back every widget.

Of a test of the screens that was three quarters of its time and half of its CPU. Here
the same is waited for, in finer steps: that nobody has a message left, and that the
process has nothing to do.

What the styles are is read once for all apps of a process, and not anew in each.
"""

from __future__ import annotations

from time import process_time

import textual.app
import textual.pilot
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.pilot import Pilot, WaitForScreenTimeout

from tui.clock import SystemClock, turn

STEP_SECONDS = 0.004
RESIZE_SECONDS = 0.025
"""Textual waits 1/120 s for the last of several sizes."""
IDLE_SECONDS = 0.001
"""Of CPU within a step: less is nothing."""
TURNS = 20
"""Of the loop: a timer has a task, that a message, that a handler."""
_resize = Pilot.resize_terminal
_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
"""The rules of each text with its place and variables; nobody changes a rule."""
CLOCK = SystemClock()
"""The real one: the pilot waits for threads too."""


def hasten() -> None:
    """Have every pilot wait so from now on."""
    textual.app.wait_for_idle = until_idle  # type: ignore[attr-defined]
    textual.pilot.wait_for_idle = until_idle  # type: ignore[attr-defined]
    Pilot._wait_for_screen = until_heard  # type: ignore[assignment]
    Pilot.resize_terminal = until_resized  # type: ignore[assignment,method-assign]
    Stylesheet._parse_rules = parsed_once  # type: ignore[method-assign]


def parsed_once(
    self: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """Parse a sheet of styles, unless another app has done it."""
    variables = tuple(self._variables.items())
    key = (variables, css, read_from, is_default_rules, tie_breaker, scope)
    rules = _parsed.get(key)
    if rules is None:
        rules = _parse(self, css, read_from, is_default_rules, tie_breaker, scope)
        _parsed[key] = rules
    return rules


async def until_idle(min_sleep: float = STEP_SECONDS, max_sleep: float = 1) -> None:
    """Wait until a step passes in which nothing was done, as Textual's own does."""
    begin = CLOCK.monotonic()
    while True:
        used = process_time()
        await CLOCK.sleep(STEP_SECONDS)
        # Held off by others, a timer may be due in the same turn: what it begins is
        # not done yet, and is not nothing.
        for _ in range(TURNS):
            await turn()
        elapsed = CLOCK.monotonic() - begin
        is_idle = process_time() - used < IDLE_SECONDS
        if elapsed >= max_sleep or (is_idle and elapsed > min_sleep):
            return


async def until_resized(self: Pilot[object], width: int, height: int) -> None:
    """Give the terminal another size, and wait until that is heeded."""
    await _resize(self, width, height)
    await CLOCK.sleep(RESIZE_SECONDS)
    await self.pause()


async def until_heard(self: Pilot[object], timeout: float = 30.0) -> bool:  # noqa: ASYNC109 - Textual's own
    """Wait until no widget in front has a message left, also after it is drawn.

    What is put off until after the next refresh would else wait for a timer.
    """
    end = CLOCK.monotonic() + timeout
    for _ in range(2):
        while self.app._exception is None:
            await turn()
            if not _has_messages(self):
                break
            if CLOCK.monotonic() > end:
                raise WaitForScreenTimeout("A widget does not come to its messages.")
        self.app.screen._on_timer_update()
    await self.app.animator.wait_until_complete()
    return self.app._exception is None


def _has_messages(pilot: Pilot[object]) -> bool:
    nodes = (pilot.app, *pilot.app.screen.walk_children(with_self=True))
    return any(node.message_queue_size for node in nodes)
