"""Records a running backend: a moment every two seconds, written beside the loop."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

from tui.backend import Backend
from tui.clock import Clock, turn
from tui.model.alert import JudgedAlert
from tui.model.change import AlertName, Change, Ended, name_of
from tui.model.fault import Fault
from tui.model.fleet import Fleet
from tui.model.memory import Episode
from tui.model.taped import Taped, TapedLog, TapedMemory, TapeNote
from tui.model.target import Target
from tui.model.target_past import Past
from tui.state.worker import Worker
from tui.tape.notes import Noter
from tui.tape.writer import Writer

T = TypeVar("T")

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
ENDED = 50
"""Alerts that fire no longer, the newest: a page of one may stay open."""
PASTS = 2_000
PAST_KEPT = timedelta(minutes=10)
_ROOM = "Make room there, or lessen `size` of [record] in the config."
_WRITABLE = (
    "Make it writable, or set XDG_STATE_HOME to a folder that is; "
    "[record] enabled = false in the config records nothing."
)
_ADVICE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EIO: "The disk fails: see what this machine's kernel says.",
}
"""What to do about it, by the error of the system; else see that it can be written."""


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
        self._ended: Mapping[AlertName, Change] = {}
        """With what the alerts ended whose episodes are known."""
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
        await self._remember()
        logs = {}
        for cluster in self._backend.fleet.clusters:
            logs[cluster.name] = self._log(cluster.name)
            await turn()
        # No sooner: a fleet is never newer than the moment that it is recorded as.
        work = partial(self._write, self._taped(self._clock.now(), logs))
        self.trouble = await self._do(work, seconds)

    def _write(self, taped: Taped) -> None:
        """Write, and note what came since; only the worker does so, one at a time."""
        changes, events = taped.memory.changes, taped.memory.events
        self._writer.write(taped, self._noter.new(changes, events, taped.at))

    async def _do(self, work: partial[None], seconds: float) -> str:
        try:
            async with asyncio.timeout(seconds):
                return await self._worker.do(partial(_tried, work, self._writer.path))
        except TimeoutError:
            return f"the disk does not answer within {seconds:.0f} s"

    def _taped(self, now: datetime, logs: Mapping[str, TapedLog]) -> Taped:
        while self._pasts:
            oldest = next(iter(self._pasts))
            is_old = now - self._pasts[oldest].asked_at > PAST_KEPT
            if not is_old and len(self._pasts) <= PASTS:
                break
            del self._pasts[oldest]
        fleet, pasts = self._backend.fleet, dict(self._pasts)
        return Taped(now, fleet, self._memory, logs, pasts)

    def _log(self, cluster: str) -> TapedLog:
        """The newest entries; the same value as before when there are no others."""
        before = self._logs.get(cluster, TapedLog())
        entries = tuple(self._backend.entries(cluster)[-ENTRIES:])
        gaps = tuple(self._backend.gaps(cluster)[-ENTRIES:])
        log = TapedLog(continued(before.entries, entries), gaps)
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
        changes = (await memory.changes())[:CHANGES]
        unread = memory.unread
        habits = await memory.habits()
        unread = unread or memory.unread
        episodes = await self._episodes(changes)
        unread = unread or memory.unread
        silences = await memory.silences()
        unread = unread or memory.unread
        events, trouble = memory.events[-CHANGES:], memory.trouble
        self._memory = TapedMemory(
            changes, events, habits, episodes, silences, trouble, unread
        )

    async def _episodes(
        self, changes: Sequence[Change]
    ) -> Mapping[AlertName, tuple[Episode, ...]]:
        """Of the gravest alerts that fire, and of the newest that do so no longer."""
        memory, fleet, before = self._backend.memory, self._backend.fleet, self._ended
        firing = [name_of(each) for each in _gravest(fleet)]
        self._ended = {}
        for change in changes:
            name = change.subject.key.name
            if isinstance(change.what, Ended) and len(self._ended) < ENDED:
                self._ended.setdefault(name, change)
        found = {name: await memory.episodes(name) for name in firing}
        listed = {name_of(each) for each in chain(*_lists(fleet))}
        for name in {**self._ended, **self._memory.episodes}.keys() - listed:
            ended, known = self._ended.get(name), self._memory.episodes.get(name)
            if known and ended is not None and ended == before.get(name):
                found[name] = known
                continue
            episodes = await memory.episodes(name)
            # It is taken for ended only when it was missing for a while.
            if ended is not None or (episodes and episodes[0].ended is None):
                found[name] = episodes
        return found


def past_key(cluster: str, target: Target) -> str:
    """By what name the past of a target is kept."""
    labels = sorted(target.labels.items())
    return " ".join([cluster, *(f"{name}={value}" for name, value in labels)])


def _gravest(fleet: Fleet) -> Sequence[JudgedAlert]:
    """The alerts whose episodes are kept: each cluster lists its worst first."""
    each = _lists(fleet)
    share = max(1, EPISODES // len(each))
    return [alert for alerts in each for alert in alerts[:share]]


def _lists(fleet: Fleet) -> Sequence[Sequence[JudgedAlert]]:
    """The alerts of each cluster, and of none."""
    of_clusters = [cluster.alerts or () for cluster in fleet.clusters]
    return [*of_clusters, fleet.unassigned_alerts]


def continued(old: Sequence[T], new: tuple[T, ...]) -> tuple[T, ...]:
    """The new ones made of the old where these go on: each was made anew of bytes, and
    what is the very same need not be packed again."""
    if not old:
        return new
    for more in range(len(new)):
        both = len(new) - more
        if new[both - 1] == old[-1]:
            known = tuple(old[-both:])
            return known + new[both:] if known == new[:both] else new
    return new


def _is_same(one: Sequence[object], other: Sequence[object]) -> bool:
    if len(one) != len(other):
        return False
    return not one or (one[0] == other[0] and one[-1] == other[-1])


def _tried(work: partial[None], place: Path) -> str:
    """Do it; that a disk fails is no surprise."""
    try:
        work()
    except OSError as error:
        where, why = error.filename or place, error.strerror or error
        return f"{where}: {why}. {_ADVICE.get(error.errno or 0, _WRITABLE)}"
    except (TypeError, ValueError, OverflowError) as error:
        return f"a value that cannot be recorded: {error}"
    return ""
