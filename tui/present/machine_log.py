"""A node's own kernel log as lines: how grave each is, of which class, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tui.model.log import Entry, LogBatch
from tui.present import logs
from tui.present.glyphs import Marks
from widgets.values import LogLine, Tone

ERROR_LEVELS = frozenset({"emerg", "alert", "crit", "err"})
_OWN_WORDS = "[talos]"


def kernel_lines(
    batch: LogBatch, marks: Marks, booted_at: datetime | None
) -> tuple[LogLine, ...]:
    """What one turn of a kernel log brought, gaps and failures included.

    booted_at  write times as seconds since then; None writes the time of day
    """
    known = (kernel_line(entry, marks, booted_at) for entry in batch.entries)
    return (*known, *logs.batch_lines(replace(batch, entries=()), marks))


def all_lines(
    batches: Iterable[LogBatch], marks: Marks, booted_at: datetime | None
) -> tuple[LogLine, ...]:
    """The same for many turns."""
    return tuple(
        line for batch in batches for line in kernel_lines(batch, marks, booted_at)
    )


def kernel_line(entry: Entry, marks: Marks, booted_at: datetime | None) -> LogLine:
    """One record: its class stands in the gutter, else its level when that is bad."""
    line = logs.entry_line(entry, marks, {})
    line = replace(line, gutter=line.key, gutter_tone=line.tone)
    if not line.key:
        line = _levelled(line, entry, marks)
    if booted_at is None:
        return line
    seconds = entry.at_ns / 1e9 - booted_at.timestamp()
    return replace(line, at_text=f"{seconds:11.3f}")


def _levelled(line: LogLine, entry: Entry, marks: Marks) -> LogLine:
    """In the tone of the kernel's own priority.

    machined writes to the kernel log without one, which comes out as a warning:
    its lines are told apart by their facility and their first word.
    """
    level = entry.labels.get("priority", "")
    is_own = entry.labels.get("facility") == "user" and _OWN_WORDS in line.text[:20]
    if level in ERROR_LEVELS:
        return replace(
            line,
            text=f"{marks.real} {line.text}",
            tone=Tone.CRITICAL,
            gutter=level,
            gutter_tone=Tone.CRITICAL,
        )
    if level == "warning" and not is_own:
        return replace(line, tone=Tone.WARNING, gutter="warn", gutter_tone=Tone.WARNING)
    return replace(line, tone=Tone.QUIET if level == "debug" else line.tone)
