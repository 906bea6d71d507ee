"""Large answers: a few at a time, and none of them kept by its own failure.

When every server answers with 50 MB at once, a laptop must not feel it. Small answers
never wait for anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from weakref import WeakKeyDictionary

LARGE_BYTES = 4 * 1024 * 1024
AT_ONCE = 2


class Large:
    """The large answers of one event loop.

    ended  set when one has come, or has failed: there is memory to give back
    """

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._places = asyncio.Semaphore(AT_ONCE)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.ended.set()

    async def take_turn(self, until: AsyncExitStack) -> None:
        """Wait for a place among those that grow; it is free again after `until`."""
        await until.enter_async_context(self._places)
        until.enter_context(self._noted())


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Large] = WeakKeyDictionary()


def large() -> Large:
    """Those of the running loop."""
    return _of_loop.setdefault(asyncio.get_running_loop(), Large())


@contextmanager
def emptied_on_failure(body: bytes | bytearray) -> Iterator[None]:
    """Let go of a body when the block fails.

    The failure knows where it arose, and so all that was there: its body would be held
    until the collector of Python comes by, which is seldom.
    """
    has_failed = True
    try:
        yield
        has_failed = False
    finally:
        if has_failed and isinstance(body, bytearray):
            with suppress(BufferError):  # a part of it is still looked at
                body.clear()
