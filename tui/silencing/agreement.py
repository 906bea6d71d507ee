"""Whether the peers of one Alertmanager tell the same silences, and which is true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.model.alertmanager import Disagreement, Told
from tui.model.silence import Silence, SilenceDraft, SilenceState

GRACE = timedelta(seconds=60)
"""Peers tell each other news at once, and everything once a minute."""
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
            if known is None or _changed(silence) > _changed(known):
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
        if now - _changed(silence) <= GRACE:
            continue
        having: list[str] = []
        lacking: list[str] = []
        for one, known in zip(answered, kept, strict=True):
            is_same = _agrees(known.get(silence.id), silence)
            (having if is_same else lacking).append(one.peer.url)
        if lacking:
            found.append(Disagreement(silence, tuple(having), tuple(lacking)))
    return tuple(found)


def is_made_of(silence: Silence, draft: SilenceDraft) -> bool:
    """Whether a listed silence is what came of a draft: nobody writes the same twice.

    Compared by matchers, comment, author and end; the server moves the start.
    """
    return (
        silence.state is not SilenceState.EXPIRED
        and set(silence.matchers) == set(draft.matchers)
        and silence.comment == draft.comment
        and silence.created_by == draft.created_by
        and abs(silence.ends_at - draft.ends_at) < timedelta(seconds=1)
    )


def _agrees(known: Silence | None, newest: Silence) -> bool:
    is_over = newest.state is SilenceState.EXPIRED
    if known is None:
        return is_over
    return _changed(known) == _changed(newest) or (
        is_over and known.state is SilenceState.EXPIRED
    )


def _changed(silence: Silence) -> datetime:
    return silence.updated_at or silence.starts_at


def _rank(silence: Silence) -> tuple[int, float, str]:
    at = {
        SilenceState.ACTIVE: silence.ends_at.timestamp(),
        SilenceState.PENDING: silence.starts_at.timestamp(),
        SilenceState.EXPIRED: -silence.ends_at.timestamp(),
    }
    return _ORDER.index(silence.state), at[silence.state], silence.id
