"""Every screen says in the past what it said then; `tests/tape/jumped.py` says how."""

from __future__ import annotations

from tests.tape.comparing import compared
from tests.tape.jumped import JUMPED, SCREENS

MOMENTS = 2
"""More take more time than a suite has."""


async def test_every_screen_says_in_the_past_what_it_said_then() -> None:
    found = await compared(JUMPED, MOMENTS, "3m30s")
    assert len(found) == MOMENTS * len(SCREENS)
    assert {(page.name, page.at): lines for page, lines in found if lines} == {}
