"""Drafts made of silences that exist: the same for longer, or once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import asdict, replace

from tui.model.silence import Silence, SilenceDraft, SilenceState
from tui.silencing.span import bounded


def edited(silence: Silence) -> SilenceDraft:
    """What would change nothing of it."""
    return SilenceDraft(
        silence.matchers,
        silence.starts_at,
        silence.ends_at,
        silence.created_by,
        silence.comment,
        silence.id,
    )


def extended(silence: Silence, by: timedelta, now: datetime) -> SilenceDraft:
    """The same, ending later; one that is over begins anew and lasts so long from now.

    The author stays: Alertmanager keeps one, and it is who wrote the comment.
    raise   WordingError when no server can keep such an end
    """
    is_over = silence.state is SilenceState.EXPIRED
    try:
        ends_at = bounded((now if is_over else silence.ends_at) + by)
    except OverflowError:
        ends_at = bounded(datetime.max.replace(tzinfo=UTC))
    if is_over:
        return created_again(silence, ends_at, now)
    return ending(silence, ends_at)


def begins(silence: Silence, now: datetime) -> datetime:
    """From when it silences: one that waits begins later than now."""
    is_waiting = silence.state is SilenceState.PENDING
    return max(now, silence.starts_at) if is_waiting else now


def ending(silence: Silence, ends_at: datetime) -> SilenceDraft:
    """The same with another end."""
    return replace(edited(silence), ends_at=ends_at)


def rebased(draft: SilenceDraft, seen: Silence, known: Silence) -> SilenceDraft:
    """What a draft changes of a silence as somebody saw it, done to what it is now."""
    was = edited(seen)
    said = asdict(draft)
    others = {name: to for name, to in said.items() if to != getattr(was, name)}
    return replace(edited(known), **{**others, "id": known.id})


def created_again(
    silence: Silence, ends_at: datetime, now: datetime, author: str = ""
) -> SilenceDraft:
    """A new one with the same matchers and comment, from now on."""
    return SilenceDraft(
        silence.matchers, now, ends_at, author or silence.created_by, silence.comment
    )
