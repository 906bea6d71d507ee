"""Whether the peers of one Alertmanager tell the same silences, and which is true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tui.model.alert import Alert
from tui.model.alertmanager import Disagreement, Told
from tui.model.silence import Silence, SilenceDraft, SilenceState

GRACE = timedelta(seconds=60)
"""Peers tell each other news at once, and everything once a minute."""
_NAMED = 3
_ORDER = (SilenceState.ACTIVE, SilenceState.PENDING, SilenceState.EXPIRED)


def merged(told: Sequence[Told]) -> tuple[Silence, ...]:
    """All silences of all peers, each as it was changed last.

    return  in the server's order: active by end, pending by start, expired ones last
    """
    if len(told) == 1:
        return told[0].silences
    newest: dict[str, Silence] = {}
    for one in told:
        for silence in one.silences:
            known = newest.get(silence.id)
            if known is None or _moved(silence) > _moved(known):
                newest[silence.id] = silence
    return tuple(sorted(newest.values(), key=_rank))


def disagreements(told: Sequence[Told], now: datetime) -> tuple[Disagreement, ...]:
    """Silences that peers tell differently although there was time to agree.

    A peer that did not answer disagrees with nobody. That a silence is over is news
    only to a peer that still keeps it.
    """
    answered = [one for one in told if one.peer.fault is None]
    kept = [{silence.id: silence for silence in one.silences} for one in answered]
    found = []
    for silence in merged(answered) if len(answered) > 1 else ():
        if now - _moved(silence) <= GRACE:
            continue
        having: list[str] = []
        lacking: list[str] = []
        for one, known in zip(answered, kept, strict=True):
            is_same = _agrees(known.get(silence.id), silence)
            (having if is_same else lacking).append(one.peer.url)
        if lacking:
            found.append(Disagreement(silence, tuple(having), tuple(lacking)))
    return tuple(found)


def lacking(alerts: Iterable[Alert]) -> Mapping[str, tuple[Alert, ...]]:
    """By URL of a peer, the alerts about which it disagrees with others."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        for url in alert.lacking:
            found.setdefault(url, []).append(alert)
    return {url: tuple(found[url]) for url in sorted(found)}


def alert_names(alerts: Sequence[Alert]) -> str:
    """What alerts are called, each once, the first few."""
    names = tuple(dict.fromkeys(each.name or "nameless" for each in alerts))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def is_made_of(silence: Silence, draft: SilenceDraft) -> bool:
    """Whether a listed silence is what came of a draft: nobody writes the same twice.

    Compared by matchers, comment, author and end; the server moves the start.
    """
    return (
        silence.state is not SilenceState.EXPIRED
        and set(silence.matchers) == set(draft.matchers)
        and silence.comment == draft.comment
        and silence.created_by == draft.created_by
        and _is_same(silence.ends_at, draft.ends_at)
    )


def changed(seen: Silence, now: Silence) -> str:
    """What became of a silence since somebody saw it, in words; empty when nothing.

    By what people change: that it was saved again, or has begun, is no difference.
    """
    if now.state is SilenceState.EXPIRED and seen.state is not SilenceState.EXPIRED:
        return f"it ended meanwhile, {_time(now.ends_at)}"
    told = []
    if not _is_same(now.starts_at, seen.starts_at):
        told.append(f"begins {_time(now.starts_at)}, not {_time(seen.starts_at)}")
    if not _is_same(now.ends_at, seen.ends_at):
        told.append(f"ends {_time(now.ends_at)}, not {_time(seen.ends_at)}")
    if set(now.matchers) != set(seen.matchers):
        told.append("has other matchers")
    if now.created_by != seen.created_by:
        told.append(f"is by {now.created_by}")
    if now.comment != seen.comment:
        told.append(f'says "{now.comment}"')
    return f"it was changed meanwhile: {', '.join(told)}" if told else ""


def _is_same(one: datetime, other: datetime) -> bool:
    """Whether nobody meant two different times; servers keep fewer digits than we."""
    return abs(one - other) < timedelta(seconds=1)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _agrees(known: Silence | None, newest: Silence) -> bool:
    is_over = newest.state is SilenceState.EXPIRED
    if known is None:
        return is_over
    return _moved(known) == _moved(newest) or (
        is_over and known.state is SilenceState.EXPIRED
    )


def _moved(silence: Silence) -> datetime:
    return silence.updated_at or silence.starts_at


def _rank(silence: Silence) -> tuple[int, float, str]:
    at = {
        SilenceState.ACTIVE: silence.ends_at.timestamp(),
        SilenceState.PENDING: silence.starts_at.timestamp(),
        SilenceState.EXPIRED: -silence.ends_at.timestamp(),
    }
    return _ORDER.index(silence.state), at[silence.state], silence.id
