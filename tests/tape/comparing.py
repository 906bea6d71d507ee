"""A story that is lived and recorded, then shown again: where do its pages differ?"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from tests.e2e.lab_pause import PausedTime
from tests.e2e.lab_time import START
from tests.e2e.labs import running_lab
from tui.config import Config, load


class Said(Protocol):
    """A page of a screen."""

    @property
    def name(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def told(self) -> list[str]:
        """The lines of it that a record holds."""
        ...


P = TypeVar("P", bound=Said)


@dataclass(frozen=True)
class Way(Generic[P]):
    """How a story is lived and recorded in a folder, and how it is shown again."""

    lived: Callable[[Config, PausedTime, Path, int], Awaitable[list[P]]]
    replayed: Callable[[Config, PausedTime, Path, list[P]], Awaitable[list[P]]]
    timeout_seconds: float


async def compared(way: Way[P], moments: int, at: str) -> list[tuple[P, list[str]]]:
    """All pages of a story that was begun there, each with where it differs."""
    story = (f"--at={at}", "--speed", "0", "--now", START.isoformat())
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running_lab(*story) as lab:
            clock = PausedTime(lab)
            config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
            config = replace(config, timeout_seconds=way.timeout_seconds)
            live = await way.lived(config, clock, folder, moments)
        past = await way.replayed(config, clock, folder, live)
    return [(one, differences(one, two)) for one, two in zip(live, past, strict=True)]


def differences(live: Said, past: Said) -> list[str]:
    """Where a page says something else than then."""
    lines = unified_diff(live.told, past.told, lineterm="", n=0)
    return [line for line in lines if not re.match(r"---|\+\+\+|@@", line)]
