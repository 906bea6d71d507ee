"""Alertmanager, API v2: alerts and silences, from one server or from its HA peers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import Struct
from msgspec.structs import replace

from tui.aside import aside
from tui.config import Endpoint
from tui.model.alert import Alert
from tui.model.alertmanager import Peer, Told
from tui.model.fault import Fault, FaultKind
from tui.model.silence import Silence, SilenceDraft, SilenceState
from tui.silencing.agreement import changed, is_made_of, merged
from tui.silencing.own import Own, is_of
from tui.silencing.redraft import rebased
from tui.sources import alertmanager_wire as wire
from tui.sources.alertmanager_again import Listed, again
from tui.sources.alertmanager_apart import Joined, joined
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.http_fault import RefusedError, not_empty
from tui.sources.http_tunnel import Dialler
from tui.sources.peers import DoubtError, Peers
from tui.sources.server_clock import ClockOf
from tui.sources.text import first_line
from tui.sources.wire import decode_little, decoding

_SILENCES = "/api/v2/silences"
_MOST_DOUBTS = 100
_REFUSED = "It takes no such silence; what it says names the part to change."


class UnknownError(SourceError):
    """A change of which nobody can tell whether it was made: look before repeating."""


class ChangedError(SourceError):
    """A silence is no longer what somebody saw of it: nothing was written."""

    def __init__(self, fault: Fault, now: Silence) -> None:
        super().__init__(fault)
        self.now = now


class Put(Struct, frozen=True):
    """What became of a silence that was written."""

    id: str
    """Its id from now on: a change may well give another."""
    replaced: str = ""
    """The id of the one that it stands for now; empty when the id was kept."""
    left: Fault | None = None
    """Why the replaced one could not be ended: then both of them mute."""
    written: SilenceDraft | None = None
    """What was written, for a change: more than the draft, where it met our own."""


class AlertmanagerSource:
    """The peers of one Alertmanager. All are read; one is written to."""

    def __init__(
        self,
        endpoint: Endpoint,
        timeout_seconds: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tunnel: Dialler | None = None,
        clock_of: ClockOf | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """now   None: nobody wants to know about which alerts peers disagree"""
        self._peers = Peers(
            endpoint,
            timeout_seconds,
            transport=transport,
            tunnel=tunnel,
            clock_of=clock_of,
        )
        self._now = now
        self._reader = wire.AlertsReader()
        self._listed = Listed()
        self._joined = Joined()
        self._own = Own()
        self._doubtful: deque[SilenceDraft] = deque(maxlen=_MOST_DOUBTS)
        """Drafts that were sent, and were not listed when we looked."""

    @property
    def serving(self) -> str:
        """The peer that answered last, or that is asked first."""
        return self._peers.serving

    async def alerts(self) -> tuple[Alert, ...]:
        """All alerts that any peer lists, silenced and inhibited ones too, sorted by
        fingerprint; where peers have long disagreed, with those that lack them.

        raise   SourceError of the peer that is asked first, when none answers
        wire    GET /api/v2/alerts
        """
        read, before, apart = self._reader.alerts, self._listed, self._joined
        now = self._now() if self._now else None
        request = Request("/api/v2/alerts")
        if self._peers.are_several:
            told = await self._peers.read_all(request, wire.LIST, read)
            self._joined = await aside(lambda: joined(apart, told, now))
            alerts = self._joined.alerts
            self._listed = await aside(lambda: again(before, alerts))
        else:
            self._listed = await self._peers.read(
                request, wire.LIST, lambda listed: again(before, read(listed))
            )
        return self._listed.alerts

    async def told(self) -> tuple[Told, ...]:
        """What each peer says of the silences, in the order of the config.

        raise   SourceError when none of them answers
        wire    GET /api/v2/silences
        """
        request = Request(_SILENCES)
        found = [
            Told(Peer(url, told)) if isinstance(told, Fault) else Told(Peer(url), told)
            for url, told in await self._peers.read_each(
                request, wire.LIST, wire.silences
            )
        ]
        faults = [one.peer.fault for one in found if one.peer.fault is not None]
        if len(faults) == len(found):
            words = "; ".join(f"{fault.endpoint}: {fault.summary}" for fault in faults)
            detail = faults[0].detail if len(faults) == 1 else words
            raise SourceError(replace(faults[0], detail=detail))
        return tuple(found)

    async def silences(self) -> tuple[Silence, ...]:
        """All silences of all peers: active, pending, then expired ones."""
        return merged(await self.told())

    async def put_silence(
        self, draft: SilenceDraft, seen: Silence | None = None
    ) -> Put:
        """Create a silence, or change the one whose id the draft has.

        A change that the server would make by ending the old one is made the other way
        round: the new one first, so that a refusal costs nothing.
        seen    what somebody saw of the one that is changed; None: whatever it is
        raise   SourceError: nothing has changed; UnknownError: look before you repeat;
                ChangedError: it was changed already, by somebody else
        """
        if not draft.id:
            return Put(await self._create(draft, {}))
        mine = self._own.since(seen) if seen else ()
        draft = replace(draft, id=mine[-1].id if mine else draft.id)
        old = await self._peers.read(Request(_path(draft.id)), wire.OBJECT, dict)
        with decoding(self.serving):
            known = wire.kept(old)
        if seen is not None and any(is_of(known, each) for each in mine):
            draft = rebased(draft, seen, known)
        elif seen is not None and not is_made_of(known, draft):
            await self._compare(seen, known)
        if wire.is_kept_in_place(known, draft):
            self._own.note(known, draft)
            return Put(await self._change(draft, old), written=draft)
        created = await self._create(replace(draft, id=""), wire.unknown_to_us(old))
        self._own.note(known, replace(draft, id=created))
        if known.state is SilenceState.EXPIRED:
            return Put(created, written=draft)
        try:
            await self.expire_silence(draft.id)
        except SourceError as error:
            return Put(created, draft.id, error.fault, draft)
        return Put(created, draft.id, written=draft)

    async def expire_silence(
        self, silence_id: str, seen: Silence | None = None
    ) -> None:
        """End a silence now. One that is already expired stays so, without error.

        seen    what somebody saw of it; None: whatever it is
        raise   SourceError, UnknownError; ChangedError: it is another by now, and stays
        wire    DELETE /api/v2/silence/{id}
        """
        if seen is not None:
            await self._still(seen)
        asked = self.serving
        error = await self._end(silence_id)
        if error is not None and self.serving != asked:
            # That peer lacks it, or hangs: one that told of it since may do it.
            error = await self._end(silence_id)
        if error is not None:
            raise error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._peers.aclose()

    async def _end(self, silence_id: str) -> SourceError | None:
        """Why it still holds; None when it does not."""
        try:
            request = Request(_path(silence_id), method="DELETE")
            answer = await self._peers.write(request)
            if not answer.body.strip():
                return None
            # Alertmanager says nothing: who says anything is somebody else in between.
            doubt = DoubtError(not_empty(answer).fault)
        except DoubtError as error:
            doubt = error
        found = await self._looked_up(silence_id, doubt, "it was ended")
        is_over = found.state is SilenceState.EXPIRED
        return None if is_over else _not_done(doubt, "it was not ended")

    async def _still(self, seen: Silence) -> None:
        """Refuse to end what somebody else has changed, or we under another id."""
        mine = self._own.since(seen)
        request = Request(_path(mine[-1].id if mine else seen.id))
        known = await self._peers.read(request, wire.OBJECT, wire.kept)
        is_ours = known.id == seen.id and any(is_of(known, each) for each in mine)
        if known.state is not SilenceState.EXPIRED and not is_ours:
            await self._compare(seen, known)

    async def _compare(self, seen: Silence, known: Silence) -> None:
        """Refuse when a silence is no longer what somebody saw.

        A peer may be behind the others, of which the newest was seen.
        """
        if not changed(seen, known):
            return
        told = {each.id: each for each in await self.silences()}
        known = told.get(known.id, known)
        if words := changed(seen, known):
            said = first_line(" ".join(words.split()))
            raise ChangedError(Fault(FaultKind.CONFLICT, said), known)

    async def _create(self, draft: SilenceDraft, old: dict[str, Any]) -> str:
        """Make a new one, never twice: what is in doubt is looked for first."""
        for doubtful in list(self._doubtful):
            if _is_again(doubtful, draft):
                made = await self._made_of(doubtful)
                self._settle(doubtful)
                if made is not None:
                    again = replace(draft, id=made.id, starts_at=made.starts_at)
                    return (await self.put_silence(again)).id
        try:
            return await self._post(draft, old)
        except DoubtError as doubt:
            self._doubtful.append(draft)
            made = await self._made_of(draft, doubt)
            if made is None:
                raise _not_done(doubt, "it is not listed, so not created") from doubt
            self._settle(draft)
            return made.id

    def _settle(self, doubtful: SilenceDraft) -> None:
        """It is in doubt no more; somebody else may have found that out meanwhile."""
        if doubtful in self._doubtful:
            self._doubtful.remove(doubtful)

    async def _made_of(
        self, draft: SilenceDraft, doubt: DoubtError | None = None
    ) -> Silence | None:
        """The silence that came of a draft; None when no peer lists such a one.

        doubt   that of this moment: then the peer that was asked to make it must tell.
                A person who tries again is not held up by a peer that has died
        raise   UnknownError when nobody tells
        """
        words = "unknown whether it was created"
        try:
            told = await self.told()
        except SourceError as error:
            raise UnknownError(_doubled(doubt or error, words)) from error
        for silence in merged(told):
            if is_made_of(silence, draft):
                return silence
        asked = next(one.peer for one in told if one.peer.url == self.serving)
        if doubt is not None and asked.fault is not None:
            raise UnknownError(_doubled(doubt, words)) from doubt
        return None

    async def _change(self, draft: SilenceDraft, old: dict[str, Any]) -> str:
        """Change one in place; sent twice it is the same."""
        try:
            return await self._post(draft, old)
        except DoubtError as doubt:
            found = await self._looked_up(draft.id, doubt, "it was changed")
            if not is_made_of(found, draft):
                raise _not_done(doubt, "it was not changed") from doubt
            return draft.id

    async def _post(self, draft: SilenceDraft, old: dict[str, Any]) -> str:
        """The id in the answer.

        wire    POST /api/v2/silences, with all that the server keeps of the old one
        """
        body = wire.posted(draft, old)
        request = Request(_SILENCES, method="POST", json_body=body)
        try:
            answer = await self._peers.write(request)
        except RefusedError as error:
            if error.fault.kind is not FaultKind.BAD_QUERY:
                raise
            raise RefusedError(replace(error.fault, remedy=_REFUSED)) from error
        try:
            return decode_little(answer, wire.CREATED).id
        except SourceError as error:
            raise DoubtError(error.fault) from error

    async def _looked_up(
        self, silence_id: str, doubt: DoubtError, what: str
    ) -> Silence:
        """One silence as it is now.

        raise   SourceError when there is none; UnknownError when nobody tells
        wire    GET /api/v2/silence/{id}
        """
        try:
            request = Request(_path(silence_id))
            return await self._peers.read(request, wire.OBJECT, wire.kept)
        except SourceError as error:
            if error.fault.kind is FaultKind.NOT_FOUND:
                raise _not_done(doubt, "there is no such silence") from error
            raise UnknownError(_doubled(doubt, f"unknown whether {what}")) from error


def _path(silence_id: str) -> str:
    return f"/api/v2/silence/{quote(silence_id, safe='')}"


def _is_again(doubtful: SilenceDraft, draft: SilenceDraft) -> bool:
    """Whether a person tries the same once more, maybe with a later end."""
    return (doubtful.comment, doubtful.created_by, set(doubtful.matchers)) == (
        draft.comment,
        draft.created_by,
        set(draft.matchers),
    )


def _doubled(error: SourceError, words: str) -> Fault:
    return replace(error.fault, summary=f"{error.fault.summary}; {words}")


def _not_done(doubt: DoubtError, words: str) -> SourceError:
    return SourceError(_doubled(doubt, words))
