"""Alertmanager's API v2 JSON, and how it becomes the model. Knows no HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tui.model.alert import Alert, AlertState
from tui.model.silence import Matcher, Silence, SilenceDraft, SilenceState
from tui.sources.wire import rfc3339, utc

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ALERT_STATES = {state.value: state for state in AlertState}
_KNOWN = frozenset(
    {
        *("id", "status", "matchers", "startsAt", "endsAt"),
        *("updatedAt", "createdBy", "comment"),
    }
)
_SILENCE_STATES = {state.value: state for state in SilenceState}


class Wire(msgspec.Struct, rename="camel"):
    """What the API calls required is required here; maps and lists may be null."""


class StatusWire(Wire):
    """Of an alert."""

    state: str = ""
    silenced_by: list[str] | None = None
    inhibited_by: list[str] | None = None


class ReceiverWire(Wire):
    """A receiver."""

    name: str = ""


class AlertWire(Wire):
    """An alert."""

    fingerprint: str
    labels: dict[str, str]
    starts_at: datetime
    status: StatusWire
    annotations: dict[str, str] | None = None
    ends_at: datetime | None = None
    updated_at: datetime | None = None
    receivers: list[ReceiverWire] | None = None
    generator_url: str = msgspec.field(default="", name="generatorURL")


class MatcherWire(Wire):
    """A matcher. `isEqual` may be left out (before 0.22) and means true."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool | None = None


class SilenceStatusWire(Wire):
    """Of a silence."""

    state: str = ""


class SilenceWire(Wire):
    """A silence."""

    id: str
    status: SilenceStatusWire
    matchers: list[MatcherWire]
    starts_at: datetime
    ends_at: datetime
    updated_at: datetime | None = None
    created_by: str = ""
    comment: str = ""


class CreatedWire(msgspec.Struct):
    """Answer to POST /silences."""

    id: str = msgspec.field(name="silenceID")


LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ALERT = msgspec.json.Decoder(AlertWire)
_SILENCE = msgspec.json.Decoder(SilenceWire)
CREATED = msgspec.json.Decoder(CreatedWire)
OBJECT = msgspec.json.Decoder(dict[str, Any])


class AlertsReader:
    """Reads list after list: of thousands of alerts most stand there as they did."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._seen: dict[int, Alert] = {}
        """Of the list before, by the hash of the text that they were made of."""

    def alerts(self, listed: list[msgspec.Raw]) -> tuple[Alert, ...]:
        """Alerts, sorted by fingerprint; of one that is listed twice the last."""
        before, seen = self._seen, {}
        for one in listed:
            name = hash(bytes(one))
            seen[name] = before.get(name) or _alert(_ALERT.decode(one))
        self._seen = seen
        found = {each.fingerprint: each for each in seen.values()}
        return tuple(sorted(found.values(), key=lambda each: each.fingerprint))


def silences(listed: list[msgspec.Raw]) -> tuple[Silence, ...]:
    """Silences, as they come."""
    return tuple(_silence(_SILENCE.decode(one)) for one in listed)


def _alert(wire: AlertWire) -> Alert:
    """An alert. A state that we do not know is ACTIVE: the loudest."""
    return Alert(
        fingerprint=wire.fingerprint,
        labels=wire.labels,
        annotations=wire.annotations or {},
        state=_ALERT_STATES.get(wire.status.state, AlertState.ACTIVE),
        starts_at=utc(wire.starts_at) or _NEVER,
        ends_at=utc(wire.ends_at),
        updated_at=utc(wire.updated_at),
        silenced_by=tuple(wire.status.silenced_by or ()),
        inhibited_by=tuple(wire.status.inhibited_by or ()),
        receivers=tuple(receiver.name for receiver in wire.receivers or ()),
        generator_url=wire.generator_url,
    )


def _silence(wire: SilenceWire) -> Silence:
    """A silence. A state that we do not know is PENDING: not said to mute."""
    return Silence(
        id=wire.id,
        state=_SILENCE_STATES.get(wire.status.state, SilenceState.PENDING),
        matchers=tuple(_matcher(one) for one in wire.matchers),
        starts_at=utc(wire.starts_at) or _NEVER,
        ends_at=utc(wire.ends_at) or _NEVER,
        updated_at=utc(wire.updated_at),
        created_by=wire.created_by,
        comment=wire.comment,
    )


def kept(old: dict[str, Any]) -> Silence:
    """One silence out of an object that is kept as it came."""
    return _silence(msgspec.convert(old, SilenceWire))


def unknown_to_us(old: dict[str, Any]) -> dict[str, Any]:
    """What a silence carries that the model lacks: it goes on into a new one."""
    return {key: value for key, value in old.items() if key not in _KNOWN}


def is_kept_in_place(old: Silence, draft: SilenceDraft) -> bool:
    """Whether the server changes it in place instead of ending it.

    wire    same matchers, and the same start to the second; that of a pending one may
            move, within what is ahead
    """
    if set(old.matchers) != set(draft.matchers):
        return False
    if old.state is SilenceState.EXPIRED:
        return False
    moved = int(old.starts_at.timestamp()) != int(draft.starts_at.timestamp())
    return not moved or (
        old.state is SilenceState.PENDING and draft.starts_at > old.starts_at
    )


def posted(draft: SilenceDraft, old: dict[str, Any]) -> bytes:
    """The object to post. What `old` has and we do not know goes back as it came.

    The order of matchers counts: the same ones in another order make a new silence.
    """
    matchers = [
        {
            "name": one.name,
            "value": one.value,
            "isRegex": one.is_regex,
            "isEqual": one.is_equal,
        }
        for one in draft.matchers
    ]
    kept = old.get("matchers")
    if isinstance(kept, list) and _as_set(kept) == _as_set(matchers):
        matchers = kept
    new = {
        "matchers": matchers,
        "startsAt": rfc3339(draft.starts_at),
        "endsAt": rfc3339(draft.ends_at),
        "createdBy": draft.created_by,
        "comment": draft.comment,
    }
    return msgspec.json.encode({**old, **new})


def _matcher(wire: MatcherWire) -> Matcher:
    return Matcher(wire.name, wire.value, wire.is_regex, wire.is_equal is not False)


def _as_set(matchers: list[Any]) -> set[Matcher]:
    return {_matcher(one) for one in msgspec.convert(matchers, list[MatcherWire])}
