"""Silences as Alertmanager 0.25 keeps them: what it accepts, refuses and replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from tui.lab.matchers import Matcher, MatcherError, all_match, compiled

RETENTION = timedelta(hours=120)
_YEAR_10000_SECONDS = 253402300800
_REQUIRED = ("comment", "createdBy", "endsAt", "matchers", "startsAt")
_ANY = ("", "")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class RefusalError(Exception):
    """An answer that is no success; `code` as in the OpenAPI layer's own errors."""

    def __init__(self, status: int, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.status, self.code = status, code


class SilenceState(StrEnum):
    """Worked out from the clock, never stored."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"


class Silence(Struct, frozen=True):
    """One silence; all times UTC."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    updated_at: datetime
    created_by: str
    comment: str

    def state(self, now: datetime) -> SilenceState:
        """What it is at that moment."""
        if now < self.starts_at:
            return SilenceState.PENDING
        return SilenceState.ACTIVE if now < self.ends_at else SilenceState.EXPIRED

    def silences(self, labels: Mapping[str, str]) -> bool:
        """Whether it matches a label set, active or not."""
        return all_match(self.matchers, labels)


class Silences:
    """All silences, expired ones too."""

    def __init__(self) -> None:
        self._by_id: dict[str, Silence] = {}
        self._index: dict[tuple[str, str], list[Silence]] | None = None
        """By the label that one must have to be silenced; made when it is needed."""

    def load(self, silences: Iterable[Silence]) -> None:
        """Take over silences as they are, as from a snapshot."""
        for one in silences:
            self._put(one)

    def apart(self) -> Silences:
        """The same, for a peer that hears no news from now on."""
        found = Silences()
        found.load(self._by_id.values())
        return found

    def hear(self, other: Silences) -> None:
        """Take over what another peer knows newer, as gossip does."""
        for one in other._by_id.values():
            known = self._by_id.get(one.id)
            if known is None or known.updated_at < one.updated_at:
                self._put(one)

    def get(self, name: str) -> Silence | None:
        """The silence with that id."""
        return self._by_id.get(name)

    def listed(self, now: datetime) -> list[Silence]:
        """Active by end, pending by start, expired with the latest end first."""

        def rank(one: Silence) -> tuple[int, float]:
            match one.state(now):
                case SilenceState.ACTIVE:
                    return 0, one.ends_at.timestamp()
                case SilenceState.PENDING:
                    return 1, one.starts_at.timestamp()
                case SilenceState.EXPIRED:
                    return 2, -one.ends_at.timestamp()

        kept = [one for one in self._by_id.values() if one.ends_at > now - RETENTION]
        return sorted(kept, key=rank)

    def silencing(self, labels: Mapping[str, str], now: datetime) -> list[str]:
        """Ids of the active silences that match a label set, sorted."""
        if self._index is None:
            self._index = {}
            for one in self._by_id.values():
                self._index.setdefault(_needed(one), []).append(one)
        candidates = [self._index.get(pair, ()) for pair in (*labels.items(), _ANY)]
        return sorted(
            one.id
            for some in candidates
            for one in some
            if one.state(now) is SilenceState.ACTIVE and one.silences(labels)
        )

    def post(self, body: object, now: datetime) -> str:
        """Create or change one; returns its id, maybe a new one."""
        wanted = _decoded(body)
        if wanted.ends_at <= wanted.starts_at:
            reason = "start time must be before end time"
            raise RefusalError(400, f"Failed to create silence: {reason}")
        if wanted.ends_at < now:
            reason = "end time can't be in the past"
            raise RefusalError(400, f"Failed to create silence: {reason}")
        old = self._by_id.get(wanted.id)
        if wanted.id and old is None:
            raise RefusalError(404, "silence not found")
        if old is not None and _may_change(old, wanted, now):
            return self._store(replace(wanted, updated_at=now))
        if old is not None and old.state(now) is not SilenceState.EXPIRED:
            # 0.25 expires first and validates later: a refusal costs the old one.
            self._expire(old, now)
        starts_at = max(wanted.starts_at, now)
        new = replace(wanted, id=str(uuid4()), starts_at=starts_at, updated_at=now)
        return self._store(new)

    def expire(self, name: str, now: datetime) -> None:
        """End one now; a no-op on an expired one. Raises RefusalError."""
        old = self._by_id.get(name)
        if old is None:
            raise RefusalError(500, "silence not found")
        if old.state(now) is not SilenceState.EXPIRED:
            self._expire(old, now)

    def _expire(self, old: Silence, now: datetime) -> None:
        starts_at = min(old.starts_at, now)
        self._put(replace(old, starts_at=starts_at, ends_at=now, updated_at=now))

    def _store(self, silence: Silence) -> str:
        _validate(silence)
        self._put(silence)
        return silence.id

    def _put(self, silence: Silence) -> None:
        self._by_id[silence.id] = silence
        self._index = None


def _needed(silence: Silence) -> tuple[str, str]:
    """A label without which it silences nothing, the longest one; _ANY for none."""
    equal = (one for one in silence.matchers if one.operator == "=" and one.value)
    pairs = [(one.name, one.value) for one in equal]
    return max(pairs, key=lambda pair: len(pair[1]), default=_ANY)


def _may_change(old: Silence, new: Silence, now: datetime) -> bool:
    """Whether a post changes a silence in place instead of replacing it."""
    if old.matchers != new.matchers:
        return False
    match old.state(now):
        case SilenceState.ACTIVE:
            return int(old.starts_at.timestamp()) == int(new.starts_at.timestamp())
        case SilenceState.PENDING:
            return new.starts_at >= now
        case SilenceState.EXPIRED:
            return False


def _validate(silence: Silence) -> None:
    for position, matcher in enumerate(silence.matchers):
        prefix = f"silence invalid: invalid label matcher {position}"
        if not _LABEL_NAME.fullmatch(matcher.name):
            raise RefusalError(400, f'{prefix}: invalid label name "{matcher.name}"')
        if matcher.is_regex:
            _compile(matcher.value, prefix)
    if all(_wants_nothing(matcher) for matcher in silence.matchers):
        reason = "at least one matcher must not match the empty string"
        raise RefusalError(400, f"silence invalid: {reason}")
    kept_until = int(silence.ends_at.timestamp() + RETENTION.total_seconds())
    if kept_until >= _YEAR_10000_SECONDS:
        stamp = f"&types.Timestamp{{Seconds: {kept_until},\nNanos: 0,\n}}"
        raise RefusalError(400, f"timestamp: {stamp} after 10000-01-01")


def _wants_nothing(matcher: Matcher) -> bool:
    """0.25 asks only positive matchers; a lone negative one mutes nearly everything."""
    if matcher.operator == "=~":
        return compiled(matcher.value).search("") is not None
    return matcher.operator == "=" and not matcher.value


def _compile(pattern: str, prefix: str) -> None:
    try:
        compiled(pattern)
    except MatcherError as error:
        reason = f'{prefix}: invalid regular expression "{pattern}": {error}'
        raise RefusalError(400, reason) from error


def _decoded(body: object) -> Silence:
    """The posted object checked as the OpenAPI layer does: what must be there."""
    if not isinstance(body, dict):
        raise _unparsable("json: cannot unmarshal value into Go value")
    for name in _REQUIRED:
        if body.get(name) is None:
            raise RefusalError(422, f"{name} in body is required", 602)
    matchers = body["matchers"]
    if not isinstance(matchers, list):
        raise _unparsable("json: cannot unmarshal matchers")
    if not matchers:
        raise RefusalError(422, "matchers in body should have at least 1 items", 612)
    return Silence(
        id=str(body.get("id") or ""),
        matchers=tuple(_matcher(one, at) for at, one in enumerate(matchers)),
        starts_at=_time(str(body["startsAt"])),
        ends_at=_time(str(body["endsAt"])),
        updated_at=datetime.min.replace(tzinfo=UTC),
        created_by=str(body["createdBy"]),
        comment=str(body["comment"]),
    )


def _matcher(posted: object, position: int) -> Matcher:
    if not isinstance(posted, dict):
        raise _unparsable("json: cannot unmarshal matchers")
    for name in ("isRegex", "name", "value"):
        if posted.get(name) is None:
            raise RefusalError(
                422, f"matchers.{position}.{name} in body is required", 602
            )
    operator = "=" if posted.get("isEqual", True) else "!"
    if posted["isRegex"]:
        operator += "~"
    elif operator == "!":
        operator = "!="
    return Matcher(str(posted["name"]), operator, str(posted["value"]))


def _time(text: str) -> datetime:
    """RFC 3339; without a zone it is read as UTC."""
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            return instant.replace(tzinfo=UTC)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        layout = "2006-01-02 15:04:05"
        reason = f'parsing time "{text}" as "{layout}": cannot parse "{text}" as "2006"'
        raise _unparsable(reason) from error


def _unparsable(reason: str) -> RefusalError:
    text = f'parsing silence body from "" failed, because {reason}'
    return RefusalError(400, text, 400)
