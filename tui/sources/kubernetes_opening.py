"""Has one context of a kubeconfig read for all who ask, and holds what came of it.

A reading takes a process and a third of a second of it, and a plugin may ask a server
of its own; a dozen feeds want the same context, each again and again while that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.model.fault import Fault
from tui.sources.base import SourceError
from tui.sources.http import HttpSession
from tui.sources.kubernetes_access import Access, unread
from tui.sources.server_clock import ServerClock

HELD_SECONDS = 5.0
LONGEST_HELD_SECONDS = 10.0
"""About a refresh: credentials that can be had again are seen to be back by then."""

Stamp = tuple[tuple[int, int, int] | None, ...]
"""Of each file its inode, size and time; None for one that is not there."""


class _Failure(Struct, frozen=True):
    """What the newest reading failed of."""

    fault: Fault
    stamp: Stamp
    """Of the files when the reading began."""
    until: float
    """By the monotonic clock: so long it holds, unless a file changes."""
    in_a_row: int


class Opening:
    """How one context lets us in; one reading at a time, for all who wait for it."""

    def __init__(
        self,
        context: str,
        files: tuple[str, ...],
        read: Callable[[], Awaitable[Access]],
        clock: ServerClock | None,
    ) -> None:
        """Nothing is read yet.

        files   of the kubeconfig
        read    reads it anew; raises SourceError
        clock   None: a failure is shared with those who wait, and does not hold
        """
        self._context = context
        self._files = tuple(Path(each) for each in files)
        self._read = read
        self._clock = clock
        self._access: Access | None = None
        self._retired: HttpSession | None = None
        self._reading: asyncio.Task[Access | Fault] | None = None
        self._failure: _Failure | None = None

    @property
    def access(self) -> Access | None:
        """The newest that was read."""
        return self._access

    @property
    def delay(self) -> Fault | None:
        """Why who waits just now is not let in yet; None when nobody need wait."""
        is_read = self._reading is not None and not self._reading.done()
        if not is_read or self._access is not None:
            return None
        return self._failure.fault if self._failure else unread(self._context)

    async def take(self, stale: Access | None = None) -> Access:
        """How to get in; read again when what we have is the stale one.

        raise   SourceError, for a while the same
        """
        if self._access is not None and self._access is not stale:
            return self._access
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_or_hold())
        # Who gives up must not end a plugin's work for which the others wait.
        found = await asyncio.shield(self._reading)
        if isinstance(found, Fault):
            raise SourceError(found)
        return found

    def retry(self) -> None:
        """Let no failure hold: whoever asks next has it read."""
        if self._failure is not None:
            self._failure = replace(self._failure, until=float("-inf"), in_a_row=0)

    async def aclose(self) -> None:
        """End a reading that is under way, and close the connections."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait({reading})
        access, self._access = self._access, None
        if access is not None:
            await access.session.aclose()
        await self._retire(None)

    async def _read_or_hold(self) -> Access | Fault:
        held = await self._held()
        if held is not None:
            return held
        # Beside it: contexts that are wanted at once are read together.
        loop = asyncio.get_running_loop()
        stamp = loop.run_in_executor(None, _stamp, self._files)
        try:
            access = await self._read()
        except SourceError as error:
            return self._failed(error.fault, await stamp)
        self._failure = None
        stale, self._access = self._access, access
        if stale is not None:
            # Others may still be waiting for answers on the old connections.
            await self._retire(stale.session)
        return access

    async def _held(self) -> Fault | None:
        """The failure that holds still."""
        failure = self._failure
        if failure is None or self._clock is None:
            return None
        left = failure.until - self._clock.monotonic()
        if left <= 0 or await asyncio.to_thread(_stamp, self._files) != failure.stamp:
            return None
        return replace(failure.fault, retry_after_seconds=left)

    def _failed(self, fault: Fault, stamp: Stamp) -> Fault:
        if self._clock is None:
            return fault
        before = self._failure
        in_a_row = before.in_a_row if before and before.stamp == stamp else 0
        seconds = min(HELD_SECONDS * 2**in_a_row, LONGEST_HELD_SECONDS)
        until = self._clock.monotonic() + seconds
        self._failure = _Failure(fault, stamp, until, min(in_a_row + 1, 10))
        return replace(fault, retry_after_seconds=seconds)

    async def _retire(self, session: HttpSession | None) -> None:
        """Put it aside, and close the one that was put aside before."""
        retired, self._retired = self._retired, session
        if retired is not None:
            await retired.aclose()


def _stamp(files: tuple[Path, ...]) -> Stamp:
    """Blocking: a home directory may lie on a server."""
    return tuple(map(_stamp_of, files))


def _stamp_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
