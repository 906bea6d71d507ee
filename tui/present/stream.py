"""The logs screen in words: its title in the room there is, names, one line in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.model.kernel import classify
from tui.model.log import LogFinding
from tui.present import logs
from tui.present.glyphs import Marks
from tui.present.units import count
from widgets.values import Line, LogLine, Span, Tone

LEVELS = ("", "warnings and errors", "errors")
"""What the level filter lets pass, the widest first."""
_LOUD = ((), (Tone.CRITICAL, Tone.WARNING), (Tone.CRITICAL,))
_SHORTEST = 4


def passes(line: LogLine, level: int) -> bool:
    """Whether a line is loud enough; a note about lost lines always is."""
    return level == 0 or line.is_gap or line.tone in _LOUD[level]


def is_error(line: LogLine) -> bool:
    """Whether the catalogue calls it an error."""
    return bool(line.key) and line.tone is Tone.CRITICAL


def is_loud(line: LogLine) -> bool:
    """Whether the catalogue or the kernel calls it an error."""
    return line.tone is Tone.CRITICAL


def title(
    what: str, only: Sequence[str], found: Iterable[LogFinding], marks: Marks, room: int
) -> Line:
    """What is shown and how many errors there are; what does not fit is said shorter.

    only    the filters that are on
    """
    known = tuple(found)
    filters = f", only {', '.join(only)}" if only else ""
    short = short_chips(known, marks)
    for name in (f"kernel logs of {what}", what):
        head = (Span(f"{name}{filters}", Tone.ACCENT),)
        for chips in (logs.chips(known, marks), short):
            line = (*head, Span("  "), *chips) if chips else head
            if sum(len(span.text) for span in line) <= room:
                return line
    return (Span(f"{what}{filters}", Tone.ACCENT),)


def short_chips(found: Iterable[LogFinding], marks: Marks) -> Line:
    """All classes as one: `✖ 39 errors`, else `▲ 2 warnings`."""
    for severity, glyph, tone in (
        ("error", marks.real, Tone.CRITICAL),
        ("warning", marks.degraded, Tone.WARNING),
    ):
        number = sum(each.count for each in found if each.severity == severity)
        if number:
            return (Span(f"{glyph} {count(number, severity)}", tone),)
    return ()


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Each name cut to as few letters as tell it from the others, four at least."""
    known = tuple(dict.fromkeys(names))
    longest = max(map(len, known), default=0)
    for length in range(_SHORTEST, longest + 1):
        if len({name[:length] for name in known}) == len(known):
            return {name: name[:length] for name in known}
    return {name: name for name in known}


def full(line: LogLine) -> tuple[Line, ...]:
    """One line to be read in full, with what its class means and what helps."""
    text = line.text
    head = (
        Span(f"{line.at_text} UTC  ", Tone.QUIET),
        Span(line.gutter, Tone.QUIET),
    )
    lines: list[Line] = [head, (), (Span(text, line.tone),)]
    sign = classify(plain_text(line))
    if sign is not None:
        lines += [
            (),
            (Span(f"{sign.kind}: ", Tone.ACCENT), Span(sign.meaning)),
            (Span(sign.advice, Tone.QUIET),),
        ]
    return tuple(lines)


def plain_text(line: LogLine) -> str:
    """The text as it was logged, without the mark that we put before it."""
    return line.text.split(" ", 1)[-1] if line.key else line.text
