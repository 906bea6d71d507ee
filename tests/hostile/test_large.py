"""A megabyte in any field costs no key its time: no more is read than can be seen.

What is measured is the CPU of the longest step of the event loop, against the same walk
over the same fleet with short texts. Each walk has one of the fillings.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from time import thread_time
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import asdict

from tests.hostile.test_screens import JOURNEYS, spoil_backend, spoiled_fleet
from tests.hostile.texts import Spoil
from tests.screens.stage import on_stage
from tests.yardstick import slowness

MEGABYTE = 1_000_000
MOST_MS = 150.0
"""Over what short texts take: what grows with the square of a text takes seconds. What
is left, 20 to 32 ms on a machine at rest, are keys of megabytes and paragraphs."""
TRIES = 3
"""Others at work on this machine may hold up a step. Each time with other texts, which
no cache has seen."""
FILLINGS = {
    "one word": "x" * MEGABYTE,
    "words": "some words " * (MEGABYTE // 11),
    "wide": "漢" * (MEGABYTE // 3),
    "escapes": "\x1b[31m" * (MEGABYTE // 5),
    "combining": "\u0301" * (MEGABYTE // 2),
}


def first_texts(value: Any, seen: dict[tuple[str, str], str], place: str = "") -> None:
    """The first text of each field of each class: so many megabytes, and no more."""
    if isinstance(value, Enum):
        return
    if isinstance(value, str):
        if value:
            seen.setdefault((place, ""), value)
    elif isinstance(value, Struct):
        for name, part in asdict(value).items():
            first_texts(part, seen, f"{type(value).__name__}.{name}")
    elif isinstance(value, Mapping):
        for key, below in value.items():
            first_texts(below, seen, f"{place}.{key}"[-80:])
    elif isinstance(value, tuple | list | frozenset):
        for below in value:
            first_texts(below, seen, place)


def lengthening(filling: str) -> Spoil:
    """Makes some texts of the fleet a megabyte long, the same ones everywhere."""
    seen: dict[tuple[str, str], str] = {}
    first_texts(spoiled_fleet(lambda text: text), seen)
    chosen = set(seen.values())
    made: dict[str, str] = {}

    def spoil(text: str) -> str:
        if text not in chosen:
            return text
        return made.setdefault(text, text + filling)

    return spoil


@contextmanager
def watched() -> Iterator[list[float]]:
    """The steps of the loop, in milliseconds of CPU."""
    steps: list[float] = []
    handle: Any = asyncio.Handle
    run = handle._run

    def timed(each: Any) -> None:
        began = thread_time()
        run(each)
        steps.append(1000 * (thread_time() - began))

    handle._run = timed
    gc.disable()
    try:
        yield steps
    finally:
        gc.enable()
        handle._run = run


async def slowest(journey: str, spoil: Spoil) -> dict[str, float]:
    """The longest step after each key."""
    found: dict[str, float] = {}
    async with on_stage((120, 36), spoiled_fleet(spoil)) as stage:
        spoil_backend(stage, spoil)
        await stage.settle()
        for number, key in enumerate(("", *JOURNEYS[journey])):
            with watched() as steps:
                if key:
                    await stage.pilot.press(key)
                else:
                    stage.app.show_now()
                await stage.settle()
            found[f"{number} {key}"] = max(steps)
    return found


@pytest.mark.parametrize("journey", JOURNEYS)
async def test_a_megabyte_holds_up_no_key(journey: str) -> None:
    filling = list(FILLINGS)[list(JOURNEYS).index(journey) % len(FILLINGS)]
    short = await slowest(journey, lambda text: text)
    late: dict[str, float] = {}
    for attempt in range(TRIES):
        spoil = lengthening(f"{attempt}{FILLINGS[filling]}")
        long = await slowest(journey, spoil)
        more = {key: took - short[key] for key, took in long.items()}
        late = {
            key: round(took, 1)
            for key, took in more.items()
            if took > MOST_MS and took / slowness() > MOST_MS
        }
        if not late:
            break
    assert not late, filling
