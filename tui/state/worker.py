"""A thread for what blocks: one thing after the other, never in the way of an end.

The event loop's own threads are waited for when the program ends; a disk that hangs
would keep it from ending.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Worker:
    """A thread that is started when there is something to do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._is_running = False

    @property
    def waiting(self) -> int:
        """How many things wait for the one that is being done."""
        return self._jobs.qsize()

    async def do(self, work: Callable[[], T]) -> T:
        """Have it done after what was asked for before; raises what the work raises.

        One who stops waiting does not stop the work.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put((work, done, loop))
        if not self._is_running:
            self._is_running = True
            self._start()
        return await done

    def _start(self) -> None:
        Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        try:
            while True:
                _do(*self._jobs.get())
        finally:
            # A mistake in the work ends this thread; what waits is done by another.
            self._start()


def _do(
    work: Callable[[], T], done: asyncio.Future[T], loop: asyncio.AbstractEventLoop
) -> None:
    """Do it, and let the loop know how it went."""
    try:
        value = work()
    finally:
        error = sys.exc_info()[1]
        if error is not None:
            _tell(loop, done, lambda: done.set_exception(error))
    _tell(loop, done, lambda: done.set_result(value))


def _tell(
    loop: asyncio.AbstractEventLoop, done: asyncio.Future[T], tell: Callable[[], None]
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(lambda: None if done.done() else tell())
