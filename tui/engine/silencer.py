"""Makes, changes and ends silences, one or many, and writes down what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.engine.plan import Served
from tui.model.command import ExpireSilence, Outcome, PutSilence
from tui.model.fault import Fault, FaultKind
from tui.model.silence import Silence, SilenceDraft
from tui.sources.alertmanager import (
    AlertmanagerSource,
    ChangedError,
    Put,
    UnknownError,
)
from tui.sources.base import SourceError
from tui.state.audit import AuditLog, Became, Entry

AT_ONCE = 4
"""Changes of a bulk that are under way together."""
SPREAD = 1.0
"""Seconds within which peers tell each other of a change; until then they disagree."""
_BEGUN = timedelta(days=1)
"""A silence from now on is asked to have begun so long ago. Alertmanager lets it begin
at once, but were it asked for our own now, it would wait for as long as our clock is
ahead of the server's: what is silenced would go on to notify."""
_HOPELESS = frozenset(
    {
        *(FaultKind.UNREACHABLE, FaultKind.TIMEOUT, FaultKind.TLS, FaultKind.AUTH),
        *(FaultKind.FORBIDDEN, FaultKind.RATE_LIMITED, FaultKind.CONFIG),
    }
)
"""Kinds of fault that the next change would meet as well."""

One = Callable[[PutSilence | ExpireSilence], Awaitable[Outcome]]


class Silencer(Struct, frozen=True):
    """Changes the silences of one Alertmanager; every attempt goes to the audit log."""

    source: AlertmanagerSource
    served: Served
    clock: Clock
    audit: AuditLog | None
    """None in tests: nothing is written down."""

    async def put(
        self, draft: SilenceDraft, old: Silence | None, seen: Silence | None = None
    ) -> Outcome:
        """Create, or change the one whose id the draft has.

        old     as it is known to be now
        seen    as somebody saw it who wants the change; when it differs, it is left
        """
        what = "silence.change" if draft.id else "silence.create"
        before = _told(old) if old else None
        entry = self._entry(what, before, _told(draft))
        warnings = await self._note(entry)
        try:
            put = await self.source.put_silence(self._begun(draft), seen)
        except SourceError as error:
            return await self._failed(entry, error, warnings)
        after = _told(replace(put.written or draft, id=put.id))
        done = replace(entry, became=Became.DONE, after=after, said=_left(put))
        warnings += await self._note(done)
        if done.said:
            warnings += (done.said,)
        return Outcome(put.id, warnings=_once(warnings))

    async def expire(
        self, silence_id: str, old: Silence | None, seen: Silence | None = None
    ) -> Outcome:
        """End it now; old and seen as for a change."""
        before = _told(old) if old else {"id": silence_id}
        entry = self._entry("silence.expire", before, None)
        warnings = await self._note(entry)
        try:
            await self.source.expire_silence(silence_id, seen)
        except SourceError as error:
            return await self._failed(entry, error, warnings)
        warnings += await self._note(replace(entry, became=Became.DONE))
        return Outcome(silence_id, warnings=_once(warnings))

    def _begun(self, draft: SilenceDraft) -> SilenceDraft:
        """The draft as it is sent: by no clock but the server's."""
        if draft.id or draft.starts_at > self.clock.now():
            return draft
        return replace(draft, starts_at=draft.starts_at - _BEGUN)

    def _entry(
        self,
        what: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> Entry:
        now = self.clock.now()
        where = {
            "alertmanager": self.source.serving,
            "clusters": ", ".join(each.name for each in self.served.clusters),
        }
        change = self.audit.new_change(now) if self.audit else ""
        return Entry(now, change, what, where, Became.ATTEMPT, before, after)

    async def _failed(
        self, entry: Entry, error: SourceError, warnings: tuple[str, ...]
    ) -> Outcome:
        is_unknown = isinstance(error, UnknownError)
        became = Became.UNKNOWN if is_unknown else Became.REFUSED
        fault = replace(error.fault, at=self.clock.now())
        warnings += await self._note(replace(entry, became=became, said=fault.words))
        return Outcome(
            fault=fault,
            found=error.now if isinstance(error, ChangedError) else None,
            is_unknown=is_unknown,
            warnings=_once(warnings),
        )

    async def _note(self, entry: Entry) -> tuple[str, ...]:
        """Write it down; what comes back says why that failed."""
        if self.audit is None:
            return ()
        problem = await self.audit.note(replace(entry, at=self.clock.now()))
        return (f"not in the audit log: {problem}",) if problem else ()


async def all_of(commands: Sequence[PutSilence | ExpireSilence], one: One) -> Outcome:
    """Do many, a few at once; each part of the outcome is that of one command.

    What the next would meet as well (nobody answers, no right to) ends the whole: the
    rest is not tried, and says so.
    """
    parts: list[Outcome | None] = [None] * len(commands)
    waiting = iter(enumerate(commands))
    hopeless: list[Fault] = []

    async def work() -> None:
        for place, command in waiting:
            if hopeless:
                return
            outcome = parts[place] = await one(command)
            if outcome.fault is not None and outcome.fault.kind in _HOPELESS:
                hopeless.append(outcome.fault)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    done = tuple(part or _not_tried(hopeless[0]) for part in parts)
    failed = [part for part in done if part.fault is not None]
    warnings = _once(tuple(words for part in done for words in part.warnings))
    if not failed:
        return Outcome(parts=done, warnings=warnings)
    worst = failed[0].fault
    summary = f"{len(failed)} of {len(done)} were not done"
    return Outcome(
        fault=replace(worst, summary=f"{summary}: {worst.summary}") if worst else None,
        is_unknown=any(part.is_unknown for part in failed),
        parts=done,
        warnings=warnings,
    )


def _not_tried(fault: Fault) -> Outcome:
    return Outcome(fault=replace(fault, summary=f"not tried: {fault.summary}"))


def _told(silence: Silence | SilenceDraft) -> Mapping[str, Any]:
    """A silence as the audit log keeps it, from which it can be made again."""
    found = {
        "id": silence.id,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "startsAt": silence.starts_at.isoformat(timespec="milliseconds"),
        "endsAt": silence.ends_at.isoformat(timespec="milliseconds"),
        "createdBy": silence.created_by,
        "comment": silence.comment,
    }
    return {key: value for key, value in found.items() if value}


def _left(put: Put) -> str:
    """That the old one still mutes; empty when it does not."""
    if put.left is None:
        return ""
    return f"the old silence {put.replaced} still holds: {put.left.summary}"


def _once(warnings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warnings))
