"""Ends a program that was asked for something and does not come to an end."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import Process
from contextlib import suppress
from signal import SIGKILL

LEAVE_SECONDS = 1.0
"""What it started may hold its pipes, in a session of its own: they are closed then."""


async def end(process: Process) -> None:
    """End it and what it has started, if it has not; it leads a session of its own."""
    if process.returncode is not None:
        return
    # It may have ended just now, and the event loop has not heard of it yet.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, SIGKILL)
    try:
        async with asyncio.timeout(LEAVE_SECONDS):
            await process.communicate()  # to the end, so that its pipes close
    except TimeoutError:
        process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001
