"""Records a running backend: a moment every two seconds, written beside the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from tui.backend import Backend
from tui.clock import Clock
from tui.model.alert import JudgedAlert
from tui.model.fault import Fault
from tui.model.fleet import Fleet
from tui.model.taped import Taped, TapedLog, TapedMemory, TapeNote
from tui.model.target import Target
from tui.model.target_past import Past
from tui.state.worker import Worker
from tui.tape.notes import Noter
from tui.tape.writer import Writer

BEAT_SECONDS = 2.0
"""A run that is killed loses no more than this, and the time of a write."""
WRITE_SECONDS = 10.0
LEAVE_SECONDS = 1.0
RETRY_SECONDS = 30.0
"""After a failure, until it is tried again."""
MEMORY_SECONDS = 5.0
"""Less than that lies between two questions to the memory only when it is slow."""
ENTRIES = 150
"""Of each cluster's kernel log, the newest."""
CHANGES = 300
EPISODES = 50
PASTS = 2_000
PAST_KEPT = timedelta(minutes=10)


class Taping:
    """Looks at the backend at every beat, and has what it sees written."""

    def __init__(self, backend: Backend, clock: Clock, writer: Writer) -> None:
        self.trouble = ""
        """Why nothing is recorded; mostly empty."""
        self._backend = backend
        self._clock = clock
        self._writer = writer
        self._worker = Worker("tape")
        self._memory = TapedMemory()
        self._stamp: int | None = None
        self._asked_at = clock.monotonic() - MEMORY_SECONDS
        self._logs: dict[str, TapedLog] = {}
        self._pasts: dict[str, Past] = {}
        self._noter = Noter()

    async def run(self) -> None:
        """Record until cancelled."""
        try:
            while True:
                await self._beat(WRITE_SECONDS)
                failed = bool(self.trouble)
                await self._clock.sleep(RETRY_SECONDS if failed else BEAT_SECONDS)
        finally:
            with suppress(TimeoutError):
                await self._beat(LEAVE_SECONDS)
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._worker.do(self._writer.close)

    def saw(self, cluster: str, target: Target, past: Past | Fault) -> None:
        """Keep how a target did, which somebody has looked at."""
        if isinstance(past, Past):
            name = past_key(cluster, target)
            self._pasts.pop(name, None)
            self._pasts[name] = past

    async def mark(self, note: TapeNote) -> str:
        """Note something at once; why it could not be written, else nothing."""
        now = self._clock.now()
        return await self._do(partial(self._writer.note, note, now), WRITE_SECONDS)

    async def _beat(self, seconds: float) -> None:
        now = self._clock.now()
        await self._remember()
        memory = self._memory
        notes = self._noter.new(memory.changes, memory.events, now)
        taped = self._taped(now)
        work = partial(self._writer.write, taped, notes)
        self.trouble = await self._do(work, seconds)

    async def _do(self, work: partial[None], seconds: float) -> str:
        try:
            async with asyncio.timeout(seconds):
                return await self._worker.do(partial(_tried, work))
        except TimeoutError:
            return f"the disk does not answer within {seconds:.0f} s"

    def _taped(self, now: datetime) -> Taped:
        fleet = self._backend.fleet
        while self._pasts:
            oldest = next(iter(self._pasts))
            is_old = now - self._pasts[oldest].asked_at > PAST_KEPT
            if not is_old and len(self._pasts) <= PASTS:
                break
            del self._pasts[oldest]
        logs = {each.name: self._log(each.name) for each in fleet.clusters}
        return Taped(now, fleet, self._memory, logs, dict(self._pasts))

    def _log(self, cluster: str) -> TapedLog:
        """The newest entries; the same value as before when there are no others."""
        before = self._logs.get(cluster, TapedLog())
        entries = tuple(self._backend.entries(cluster)[-ENTRIES:])
        gaps = tuple(self._backend.gaps(cluster)[-ENTRIES:])
        log = TapedLog(entries, gaps)
        if not _is_same(before.entries, entries) or not _is_same(before.gaps, gaps):
            self._logs[cluster] = log
            return log
        return before

    async def _remember(self) -> None:
        """Ask the memory, when it may have something new and was not asked just now."""
        memory, now = self._backend.memory, self._clock.monotonic()
        is_new = memory.stamp != self._stamp
        if not is_new or now - self._asked_at < MEMORY_SECONDS:
            return
        self._stamp, self._asked_at = memory.stamp, now
        self._memory = TapedMemory(
            (await memory.changes())[:CHANGES],
            memory.events[-CHANGES:],
            await memory.habits(),
            {
                (each.endpoint, each.alert.fingerprint): await memory.episodes(
                    (each.endpoint, each.alert.fingerprint)
                )
                for each in _gravest(self._backend.fleet)
            },
            await memory.silences(),
            memory.trouble,
        )


def past_key(cluster: str, target: Target) -> str:
    """By what name the past of a target is kept."""
    labels = sorted(target.labels.items())
    return " ".join([cluster, *(f"{name}={value}" for name, value in labels)])


def _gravest(fleet: Fleet) -> Sequence[JudgedAlert]:
    """The alerts whose episodes are kept: each cluster lists its worst first."""
    each = [cluster.alerts or () for cluster in fleet.clusters]
    each.append(fleet.unassigned_alerts)
    share = max(1, EPISODES // len(each))
    return [alert for alerts in each for alert in alerts[:share]]


def _is_same(one: Sequence[object], other: Sequence[object]) -> bool:
    if len(one) != len(other):
        return False
    return not one or (one[0] == other[0] and one[-1] == other[-1])


def _tried(work: partial[None]) -> str:
    """Do it; that a disk fails is no surprise."""
    try:
        work()
    except OSError as error:
        return error.strerror or str(error)
    except (TypeError, ValueError, OverflowError) as error:
        return f"a value that cannot be recorded: {error}"
    return ""
