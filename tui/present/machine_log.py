"""A node's own kernel log as lines: how grave each is, of which class, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tui.model.kernel import classify, text_of
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


def kernel_lines(batch: LogBatch, marks: Marks) -> tuple[LogLine, ...]:
    """What one turn of a kernel log brought, gaps and failures included."""
    known = (kernel_line(entry, marks) for entry in batch.entries)
    return (*known, *logs.batch_lines(replace(batch, entries=()), marks))


def kernel_line(entry: Entry, marks: Marks) -> LogLine:
    """One record: its class stands in the gutter, else its level when that is bad.

    It has no words for its time: a clock of the log has.
    """
    text = text_of(entry.line)
    sign = classify(entry.line)
    if sign is None:
        level = _level(entry, text)
        tone = _LEVEL_TONES.get(level, Tone.TEXT)
        key = ""
    else:
        level = key = sign.kind
        tone = logs.TONES.get(sign.severity, Tone.TEXT)
    if tone is Tone.CRITICAL:
        text = f"{marks.real} {text}"
    elif sign is not None:
        text = f"{marks.degraded} {text}"
    gutter = "" if tone is Tone.QUIET else level
    return LogLine(
        text, tone, key=key, at_ns=entry.at_ns, gutter=gutter, gutter_tone=tone
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
