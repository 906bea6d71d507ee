"""Calls a person: tells whoever listens, and runs the operator's own command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tui.clock import Clock
from tui.model.attention import Real, Wishes
from tui.sources.child import end

MOST = 50
"""So many things are told of at once; of more, how many there are."""
_MOST_SAID = 500

Listener = Callable[[tuple[Real, ...]], None]


class Calls:
    """Calls when something has turned real."""

    def __init__(self, wishes: Wishes, clock: Clock) -> None:
        self.trouble = ""
        """Why the command failed the last time it was run; mostly empty."""
        self._wishes = wishes
        self._clock = clock
        self._listeners: list[Listener] = []
        self._waiting: list[Real] = []
        self._news = asyncio.Event()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call back with what has turned real, on the loop; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def note(self, found: tuple[Real, ...]) -> None:
        """Tell of what has turned real; mostly nothing."""
        if not found:
            return
        if self._wishes.on_real:
            self._waiting += found
            self._news.set()
        for listener in tuple(self._listeners):
            listener(found)

    async def run(self) -> None:
        """Run the command when there is something to tell, until cancelled.

        What turns real while it runs, or too soon after, is told together.
        """
        while True:
            await self._news.wait()
            self._news.clear()
            found, self._waiting = tuple(self._waiting), []
            text = told(found, self._clock.now())
            self.trouble = await _run(
                self._wishes.on_real, text, self._wishes.on_real_seconds
            )
            await self._clock.sleep(self._wishes.on_real_every_seconds)


async def _run(command: Sequence[str], text: bytes, seconds: float) -> str:
    """Run a command with a text on its standard input; returns why it failed."""
    name = command[0]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return f"on_real: {name} cannot be run: {error.strerror or error}"
    try:
        async with asyncio.timeout(seconds):
            _, said = await process.communicate(text)
    except TimeoutError:
        return f"on_real: {name} took longer than {seconds:g} s and was ended"
    finally:
        await end(process)
    if process.returncode:
        words = " ".join(said.decode(errors="replace").split())[:_MOST_SAID]
        because = f": {words}" if words else ""
        return f"on_real: {name} ended with {process.returncode}{because}"
    return ""


def told(found: Sequence[Real], at: datetime) -> bytes:
    """The JSON object that the command gets, on one line."""
    document = {
        "at": at.isoformat(timespec="milliseconds"),
        "count": len(found),
        "real": [_real(each) for each in found[:MOST]],
    }
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _real(real: Real) -> dict[str, Any]:
    return {
        "kind": real.kind,
        "cluster": real.cluster,
        "name": real.name,
        "severity": real.severity,
        "since": _time(real.since),
        "reason": real.reason,
        "labels": dict(real.labels),
        "evidence": [
            {
                "claim": piece.claim,
                "supports": piece.supports.value,
                "source": piece.source,
                "query": piece.query,
                "value": piece.value,
                "observed_at": _time(piece.observed_at),
            }
            for piece in real.evidence
        ],
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
