"""A listening socket that gives each connection a task, and closes without a trace.

asyncio's own server loses a connection that arrives in the very turn of the loop in
which it is closed (Python 3.11: an assertion, and a socket left open).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine

Serve = Callable[[socket.socket], Coroutine[object, object, None]]


class Acceptor:
    """Accepts from now on, on the running loop.

    listener  bound; belongs to the acceptor from now on
    serve     carries one connection to its end; the socket is closed after it
    """

    def __init__(self, listener: socket.socket, serve: Serve) -> None:
        self._listener = listener
        self._serve = serve
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        listener.settimeout(0)
        listener.listen()
        self._loop.add_reader(listener, self._accept)

    def cut(self) -> None:
        """End every connection, and go on accepting."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Stop listening and end every connection. May be called again."""
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener)
            self._listener.close()
        tasks = tuple(self._tasks)
        self.cut()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # it was there, and has gone again
        peer.settimeout(0)
        task = self._loop.create_task(self._serve(peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Here, because a task that is cancelled early enough runs no `finally`.
        task.add_done_callback(lambda _: peer.close())
