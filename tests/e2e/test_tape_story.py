"""Every screen says in the past what it said then; `tests/tape/story.py` says how."""

from __future__ import annotations

from tests.tape.story import SCREENS, compared

MOMENTS = 2
"""The script takes 20, which is more than a suite has time for."""


async def test_every_screen_says_in_the_past_what_it_said_then() -> None:
    found = await compared(MOMENTS, "3m30s")
    assert len(found) == MOMENTS * len(SCREENS)
    assert {(page.name, page.at): lines for page, lines in found if lines} == {}
