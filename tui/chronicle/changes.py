"""What happened between two states of knowledge. Pure.

The same comparison serves two looks a second apart, and what a file remembers against
what is there when the program starts again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui.chronicle.known import GAP, Known, Sight
from tui.model.alert import Evidence, Judgement
from tui.model.change import (
    Began,
    Change,
    Ended,
    Inhibited,
    InhibitionEnded,
    Silenced,
    SilenceEnded,
    Subject,
    Turned,
)


def changes(before: Known, after: Known) -> tuple[Change, ...]:
    """What happened, oldest first."""
    if before.sights is after.sights:
        return ()
    found: list[Change] = []
    for name, old in before.sights.items():
        new = after.sights.get(name)
        if new is None or new.key != old.key:
            found.append(_ended(old, new, before, after))
    for name, new in after.sights.items():
        known = before.sights.get(name)
        if known is new:
            continue
        if known is None or known.key != new.key:
            found.append(_began(new))
            known = None
        elif known.judged.verdict is not new.judged.verdict:
            found.append(_turned(known, new))
        found += _quieted(known, new, before, after)
    return tuple(sorted(found, key=lambda change: change.at))


def _subject(sight: Sight) -> Subject:
    judged = sight.judged
    return Subject(sight.key, judged.cluster, judged.alert.labels)


def _began(sight: Sight) -> Change:
    """It began when the server says, whenever it was first seen."""
    judgement = sight.judged.judgement
    what = Began(judgement.verdict, judgement.reason, sight.turned.at)
    return Change(_subject(sight), sight.judged.alert.starts_at, what)


def _turned(old: Sight, new: Sight) -> Change:
    judgement = new.judged.judgement
    piece = turning_piece(old.judged.judgement, judgement)
    what = Turned(
        old.judged.verdict,
        judgement.verdict,
        judgement.reason,
        piece.claim if piece else "",
        piece.source if piece else "",
    )
    return Change(_subject(new), new.turned.at, what, new.turned.after)


def turning_piece(old: Judgement, new: Judgement) -> Evidence | None:
    """The piece of evidence that led to another verdict; None when there is none.

    It speaks for the new verdict, and did not before. Questions stay the same while
    claims are worded by their answers, so pieces are held together by what was asked.
    """
    told = {(piece.query, piece.supports) for piece in old.evidence}
    for_it = [piece for piece in new.evidence if piece.supports is new.verdict]
    news = [piece for piece in for_it if (piece.query, piece.supports) not in told]
    return next(iter((*news, *for_it)), None)


def _ended(old: Sight, new: Sight | None, before: Known, after: Known) -> Change:
    """It ended when it was first missed, or else between two looks."""
    endpoint = old.key.endpoint
    if old.missing is not None:
        at, since = old.missing.at, old.missing.after
    else:
        least = old.turned.at
        at = _read_at(after, endpoint) or least
        since = _read_at(before, endpoint)
        if new is not None:
            at = min(at, max(new.key.starts_at, least))
    if since is not None and at - since <= GAP:
        since = None
    return Change(_subject(old), at, Ended(old.judged.verdict), since)


def _read_at(known: Known, endpoint: str) -> datetime | None:
    """When an Alertmanager's list was last read."""
    watch = known.watches.get(endpoint)
    return watch.until if watch else None


def _quieted(
    old: Sight | None, new: Sight, before: Known, after: Known
) -> Iterator[Change]:
    """What came to keep it quiet, and what does so no longer."""
    now = _read_at(after, new.key.endpoint) or new.turned.at
    subject = _subject(new)
    # One that is older did not cover it yet when it was looked at last, unless it was
    # only not known what that is.
    last = _read_at(before, new.key.endpoint) if old else None
    told = old.judged.alert.silenced_by if old else ()
    covered = {note.id: note for note in old.silences} if old else {}
    current = {note.id: note for note in new.silences}
    for name, note in current.items():
        if name not in covered:
            begun = max(note.starts_at or now, new.key.starts_at)
            is_news = last is not None and begun <= last and name not in told
            at = now if is_news else begun
            yield Change(subject, at, Silenced(note))
    for name, note in covered.items():
        if name not in current:
            at = min(note.ends_at, now) if note.ends_at else now
            yield Change(subject, at, SilenceEnded(note, bool(current)))
    was_inhibited = bool(old and old.inhibited_by)
    if new.inhibited_by and not was_inhibited:
        yield Change(subject, now, Inhibited(new.inhibited_by))
    elif was_inhibited and not new.inhibited_by:
        yield Change(subject, now, InhibitionEnded())
