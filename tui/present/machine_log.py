"""A node's own kernel log as lines: how grave each is, of which class, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from tui.model.kernel import KernelSign, classify, signs, text_of
from tui.model.log import Entry, LogBatch
from tui.present import logs
from tui.present.glyphs import Marks
from widgets.values import LogLine, Tone

ERROR_LEVELS = frozenset({"emerg", "alert", "crit", "err"})
_OWN_WORDS = "[talos]"
_LEVEL_TONES = {
    **dict.fromkeys(ERROR_LEVELS, Tone.CRITICAL),
    "warn": Tone.WARNING,
    "debug": Tone.QUIET,
}


def kernel_lines(
    batch: LogBatch, marks: Marks, origin: str = ""
) -> tuple[LogLine, ...]:
    """What one turn of a kernel log brought, gaps and failures included.

    origin  the node, where several are shown as one
    """
    found = dict(signs([entry.line for entry in batch.entries]))
    known = (
        _line(entry, found.get(place), marks, origin)
        for place, entry in enumerate(batch.entries)
    )
    return logs.framed(batch, known, origin)


def kernel_line(entry: Entry, marks: Marks, origin: str = "") -> LogLine:
    """One record. In the gutter stands where it comes from, else what it is.

    That is its class, or its level when that is bad. It has no words for its time: a
    clock of the log has.
    """
    return _line(entry, classify(entry.line), marks, origin)


def _line(entry: Entry, sign: KernelSign | None, marks: Marks, origin: str) -> LogLine:
    text = text_of(entry.line)
    if sign is None:
        level = _level(entry, text)
        tone = _LEVEL_TONES.get(level, Tone.TEXT)
        key = ""
    else:
        level = key = sign.kind
        tone = logs.TONES.get(sign.severity, Tone.TEXT)
    glyph = "" if sign is None else marks.degraded
    if tone is Tone.CRITICAL:
        glyph = marks.real
    gutter = origin or ("" if tone is Tone.QUIET else level)
    calm = origin and tone is Tone.TEXT
    return LogLine(
        text,
        tone,
        key=key,
        sign=glyph,
        at_ns=entry.at_ns,
        fields=logs.fields(entry),
        gutter=gutter,
        gutter_tone=Tone.QUIET if calm else tone,
    )


def _level(entry: Entry, text: str) -> str:
    """The kernel's own priority, where it is worth a word.

    machined writes to the kernel log without one, which comes out as a warning:
    its lines are told apart by their facility and their first word.
    """
    level = entry.labels.get("priority", "")
    if level == "warning":
        is_own = entry.labels.get("facility") == "user" and _OWN_WORDS in text[:20]
        return "" if is_own else "warn"
    return level if level in _LEVEL_TONES else ""


def since_boot(booted_at: datetime) -> Callable[[int], str]:
    """A clock that tells seconds since a node was started."""
    booted = booted_at.timestamp()
    return lambda at_ns: f"{at_ns / 1e9 - booted:11.3f}"


def merged(batches: Iterable[Iterable[LogLine]]) -> tuple[LogLine, ...]:
    """Lines of several logs in the order of their times.

    Those of one log keep their order; one without a time stays behind the one before.
    """
    timed = []
    for lines in batches:
        latest = 0
        for line in lines:
            latest = max(latest, line.at_ns or 0)
            timed.append((latest, line))
    timed.sort(key=lambda each: each[0])
    return tuple(line for _, line in timed)
