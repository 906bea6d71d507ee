"""One viewer: a process with the dashboard in it, which ends when the browser does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

LEAVE_SECONDS = 3.0
"""To end in order; then it is killed."""
NARROWEST, WIDEST = 20, 1_000
LOWEST, HIGHEST = 5, 500
_LEFT, _DIED = 1000, 1011
"""RFC 6455, 7.4.1: a normal closure, and what a server did not expect."""
_OF_OUR_TERMINAL = ("TMUX", "STY", "NO_COLOR")
"""What is so of the terminal that we were started in, and not of the browser."""


def bounded(width: object, height: object) -> tuple[int, int]:
    """A size that can be drawn, whatever a browser asks for."""
    columns = width if isinstance(width, int) else 80
    rows = height if isinstance(height, int) else 24
    return (
        min(max(columns, NARROWEST), WIDEST),
        min(max(rows, LOWEST), HIGHEST),
    )


class Viewer(AppService):
    """textual-serve's, but that it always ends, and hands out no files.

    Theirs waits for ever for a process that does not leave; stops reading from one
    whose browser is gone, which then never gets to hear that it is to leave; and keeps
    the browser waiting for one that has died.
    """

    def __init__(
        self,
        command: Sequence[str],
        write_bytes: Callable[[bytes], Awaitable[None]],
        close: Callable[..., Awaitable[object]],
    ) -> None:
        """Nothing is started yet.

        close   ends the websocket; takes the `code` to end it with
        """
        super().__init__(
            " ".join(command),
            write_bytes=write_bytes,
            write_str=_unused,
            close=_unused,
            download_manager=DownloadManager(),
        )
        self._arguments = command
        self._close = close
        self._is_heard = True

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        for name in _OF_OUR_TERMINAL:
            environment.pop(name, None)
        return {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        """Carry its screen until it ends; then the browser is told, if it was not."""
        try:
            await super().run()
        finally:
            await self._end_socket(_DIED)

    async def on_data(self, payload: bytes) -> None:
        """Show it. When nobody listens any more it is still read: it must not wait."""
        if not self._is_heard:
            return
        try:
            await super().on_data(payload)
        except ConnectionError:
            self._is_heard = False

    async def on_meta(self, data: bytes) -> None:
        """Of what it may ask of the browser only: to end."""
        if json.loads(data).get("type") == "exit":
            await self._end_socket(_LEFT)

    async def on_packed(self, payload: bytes) -> None:
        """No files are handed out."""

    async def stop(self) -> None:
        """Have it end, and everything it started: asked to first, then killed."""
        process = self._process
        if process is None:
            return
        self._is_heard = False
        # Not by a timeout: theirs takes what cancels it for an end in order.
        leaving = asyncio.create_task(super().stop())
        ending = asyncio.create_task(process.wait())
        await asyncio.wait((leaving, ending), timeout=LEAVE_SECONDS)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await asyncio.gather(leaving, ending)

    async def _end_socket(self, code: int) -> None:
        with suppress(ConnectionError):
            await self._close(code=code)


async def _unused(*values: object) -> None:
    """What `on_meta` and `on_packed` would call if they were still theirs."""
    del values
