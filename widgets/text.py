"""Text in cells of the terminal: cleaning, measuring, cutting and wrapping.

Everything that is drawn comes through here, because what a server sends may hold
control characters, wide and combining ones, and no two of them are one cell wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rich.cells import cell_len, chop_cells, set_cell_size

from widgets.values import Cut, Line, Span

STEERING = (
    r"\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
    r"\U000e0000-\U000e007f"
)
"""For a class of a pattern: characters beyond Latin-1 that hide or turn what is beside
them, tags, and lone surrogates, which no terminal's encoding can carry."""
# Escape sequences as a whole (ECMA-48 CSI, then OSC up to BEL or ST); control
# characters; invisible ones.
_UNSAFE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    rf"|[\x00-\x1f\x7f-\x9f\xad{STEERING}]"
)
_WORD = re.compile(r"\s+|\S+")
# More characters than this in one cell are combining ones piled up to do harm.
_CHARACTERS_PER_CELL = 4
_LONGEST = 2_048
"""Characters of one text that are looked at to draw a line: no terminal is so wide."""


def within(text: str) -> str:
    """As much of both ends of a text as a line can show: its length costs nothing."""
    if len(text) <= _LONGEST:
        return text
    return text[: _LONGEST // 2] + text[-_LONGEST // 2 :]


def clean(text: str, replacement: str) -> str:
    """Make a text harmless to print: what could steer the terminal becomes visible.

    A tab becomes a space; an escape sequence becomes one `replacement`, like any
    other character that is not for reading.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda m: " " if m[0] == "\t" else replacement, text)


def width_of(text: str) -> int:
    """Return the cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int, ellipsis: str, where: Cut = Cut.END) -> str:
    """Shorten a text to `width` cells at most, with `ellipsis` where it was cut."""
    if fits(text, width):
        return text
    room = width - width_of(ellipsis)
    if room <= 0:
        return head(ellipsis, width)
    if where is Cut.END:
        return head(text, room) + ellipsis
    behind = room // 2
    return head(text, room - behind) + ellipsis + _tail(text, behind)


def fits(text: str, width: int) -> bool:
    """Say whether a text takes `width` cells at most."""
    if len(text) > width * _CHARACTERS_PER_CELL:
        return False
    return width_of(text) <= width


def head(text: str, width: int) -> str:
    """Return the first `width` cells; a wide character cut in two is a space."""
    if width <= 0:
        return ""
    return set_cell_size(text[: width * _CHARACTERS_PER_CELL], width)


def _tail(text: str, width: int) -> str:
    taken, at = 0, len(text)
    while at > 0 and taken + width_of(text[at - 1]) <= width:
        at -= 1
        taken += width_of(text[at])
    while at < len(text) and width_of(text[at]) == 0:
        at += 1  # a combining character without the one that it belongs to
    return text[at:]


def wrap(line: Line, width: int, indent: int = 0) -> tuple[Line, ...]:
    """Break a line at spaces into lines of `width` cells; at least one comes back.

    indent  cells left free before every line but the first; less when it is narrow
    """
    width = max(1, width)
    margin = " " * max(0, min(indent, width - 12))
    lines: list[Line] = []
    current: list[Span] = []
    room = width
    for word in _words(line):
        rest = word.text
        while not fits(rest, room):
            is_fresh = room == width - (len(margin) if lines else 0)
            if is_fresh:
                near = rest[: room * _CHARACTERS_PER_CELL]
                # Of nothing but combining ones there are no pieces.
                piece = next(iter(chop_cells(near, room)), near) or rest[:1]
                current.append(replace(word, text=piece))
                rest = rest[len(piece) :]
            lines.append(tuple(current))
            current = [Span(margin)] if margin else []
            room = width - len(margin)
            if rest.isspace():
                rest = ""
        if rest:
            current.append(replace(word, text=rest))
            room -= width_of(rest)
    return (*lines, tuple(current))


def _words(line: Line) -> Iterator[Span]:
    """Yield words and the spaces between them, each in its tone."""
    for span in line:
        for text in _WORD.findall(span.text):
            yield replace(span, text=text)
