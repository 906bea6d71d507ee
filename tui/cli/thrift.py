"""Gives memory that was freed back to the system, where the C library is glibc.

glibc keeps what was freed, in an arena for nearly each thread: of the answers of the
first burst and of large ones later, some MB that nothing needs. Elsewhere nothing is
done: musl and macOS keep little by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from rich.cells import cached_cell_len

from tui.aside import aside
from tui.clock import Clock
from tui.sources.large import large

FIRST_SECONDS = 15.0
"""Then the first answers of all servers have come and were taken apart."""
_PAUSE_SECONDS = 60.0
SOON_SECONDS = 2.0
"""After a large answer: by then it has been taken apart, and others have come."""
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
_ARENAS = 2
"""One for the loop, one for the threads beside it: they seldom work at once."""
_LARGE_BYTES = 128 * 1024
"""What is larger goes back as soon as it is freed; glibc would raise this by itself."""
MEASURED = 1_000
"""Texts of which it is kept how wide they are: more than a screen has. Rich keeps 4,096
of up to 511 characters, which takes a log most of a day and a megabyte."""


def save(library: Callable[[], Any] | None = None) -> bool:
    """Let glibc keep little. Returns whether there is one."""
    mallopt = getattr((library or _library)(), "mallopt", None)
    if mallopt is None:
        return False
    mallopt(_ARENA_MAX, _ARENAS)
    mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
    return True


def trim(library: Callable[[], Any] | None = None) -> bool:
    """Give back what is free. Returns whether there is a way to do so."""
    malloc_trim = getattr((library or _library)(), "malloc_trim", None)
    if malloc_trim is None:
        return False
    malloc_trim(0)
    return True


def forget() -> None:
    """Let go of texts that were measured, once there are many."""
    if cached_cell_len.cache_info().currsize > MEASURED:
        cached_cell_len.cache_clear()


async def keep_trim(clock: Clock, trimmed: Callable[[], bool] = trim) -> None:
    """Give back what is free, now and then, and soon after a large answer.

    Beside the loop, as it takes a while.
    """
    large_one = large().ended
    await clock.sleep(FIRST_SECONDS)
    while await aside(trimmed):
        forget()
        await clock.wait(large_one, _PAUSE_SECONDS)
        if large_one.is_set():
            large_one.clear()
            await clock.sleep(SOON_SECONDS)


@cache
def _library() -> Any:
    """The C library of this process; None where it cannot be had."""
    try:
        # Imported here: some Pythons have none.
        import ctypes  # noqa: PLC0415

        return ctypes.CDLL(None)
    except (ImportError, OSError, TypeError):
        return None
