"""A node's own kernel log as lines: how grave each is, of which class, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import TypeVar

from msgspec.structs import replace

from tui.model.kernel import classify, text_of
from tui.model.log import Entry
from tui.present import logs
from tui.present.glyphs import Marks
from tui.present.log_lines import LINES, EntryTeller
from widgets.values import LogLine, Tone

T = TypeVar("T")

ERROR_LEVELS = frozenset({"emerg", "alert", "crit", "err"})
_OWN_WORDS = "[talos]"
_LEVEL_TONES = {
    **dict.fromkeys(ERROR_LEVELS, Tone.CRITICAL),
    "warn": Tone.WARNING,
    "debug": Tone.QUIET,
}


def kernel_line(entry: Entry, marks: Marks, origin: str = "") -> LogLine:
    """One record. In the gutter stands where it comes from, else what it is.

    That is its class, or its level when that is bad. It has no words for its time: a
    clock of the log has.
    """
    sign, text = classify(entry.line), text_of(entry.line)
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


class NodeTeller(EntryTeller):
    """The log of one service of one node: no line needs to say where it is from."""

    def line(self, item: Entry | LogLine) -> LogLine:
        return replace(super().line(item), gutter="")

    def gutter(self, item: Entry | LogLine) -> str:  # noqa: ARG002 - of all the same
        return ""


class KernelTeller(EntryTeller):
    """The kernel log of a node itself, whose records have levels."""

    def __init__(self, marks: Marks, origin: str = "") -> None:
        """`origin` is the node, where several are shown as one."""
        super().__init__(marks, {})
        self._origin = origin

    def line(self, item: Entry | LogLine) -> LogLine:
        if isinstance(item, LogLine):
            return item
        return kernel_line(item, self._marks, self._origin)

    def gutter(self, item: Entry | LogLine) -> str:
        return self.line(item).gutter

    def rank(self, item: Entry | LogLine) -> int:
        return LINES.rank(self.line(item))


def merged(logs: Iterable[Iterable[T]], at_ns: Callable[[T], int]) -> list[T]:
    """Lines of several logs in the order of their times.

    at_ns  tells the time of a line, 0 where it has none

    Those of one log keep their order; one without a time stays behind the one before.
    """
    timed = []
    for lines in logs:
        latest = 0
        for line in lines:
            latest = max(latest, at_ns(line))
            timed.append((latest, line))
    timed.sort(key=itemgetter(0))
    return [line for _, line in timed]
