"""Text in cells of the terminal: cleaning, measuring, cutting and wrapping.

Everything that is drawn comes through here, because what a server sends may hold
control characters, wide and combining ones, and no two of them are one cell wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace
from rich.cells import cell_len, chop_cells, set_cell_size

from widgets.values import Cut, Line, Span

if TYPE_CHECKING:
    from rich.segment import Segment

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
# As many and more in a row outside of common scripts, symbols and syllables, none of
# which is a combining character.
_PERHAPS_PILED = re.compile(
    r"[^\x00-\u02ff\u0370-\u0482\u2000-\u200a\u2010-\u20cf\u2100-\u2cee"
    rf"\u2e80-\u3029\u3030-\u3098\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3]{{{_CHARACTERS_PER_CELL},}}"
)
# Behind these a word breaks that is longer than a line: the parts of a URL or a path.
_JOINT = re.compile(r"[/?&](?=[^/?&])")
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
    other character that is not for reading. Of combining characters that are piled up
    there stay as many as are for reading.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = _UNSAFE.sub(lambda m: " " if m[0] == "\t" else replacement, text)
    return _PERHAPS_PILED.sub(_unpiled, shown)


def _unpiled(found: re.Match[str]) -> str:
    shown, piled = [], 0
    for character in found[0]:
        piled = 0 if cell_len(character) else piled + 1
        if piled < _CHARACTERS_PER_CELL:
            shown.append(character)
    return "".join(shown)


@lru_cache(maxsize=32)
def one_for_one(text: str) -> str:
    """A text with a `?` for each character that is not for reading, in its place.

    For what is edited: as many characters as before, and no more combining ones
    upon each other than a cell can show.
    """
    if text.isascii() and text.isprintable():
        return text
    shown, piled = [], 0
    for character in text:
        piled = 0 if cell_len(character) else piled + 1
        is_unsafe = piled >= _CHARACTERS_PER_CELL or _UNSAFE.match(character)
        shown.append("?" if is_unsafe else character)
    return "".join(shown)


def width_of(text: str) -> int:
    """Return the cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cells_of(pieces: Iterable[Span | Segment]) -> int:
    """Return the cells that pieces of text take together."""
    return sum(width_of(piece.text) for piece in pieces)


def first_fitting(lines: Iterable[Line], width: int) -> Line:
    """The first of some lines that takes `width` cells at most; else the last."""
    line: Line = ()
    for line in lines:
        if _are_within(line, width):
            break
    return line


def _are_within(pieces: Iterable[Span], width: int) -> bool:
    """Whether they fit together; of what is far too long no character is measured."""
    for piece in pieces:
        if not fits(piece.text, width):
            return False
        width -= width_of(piece.text)
    return True


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
    for span in line:
        text = ""  # of this span, on the current line
        is_narrow = span.text.isascii()
        for word in _WORD.findall(span.text):
            if is_narrow and len(word) <= room:
                # Nearly every word, and a paragraph may have a thousand.
                text += word
                room -= len(word)
                continue
            rest = word
            while not fits(rest, room):
                whole = width - (len(margin) if lines else 0)
                is_endless = 2 * room > width and not fits(rest, width - len(margin))
                if room == whole or is_endless:
                    piece = _piece(rest, room)
                    text += piece
                    rest = rest[len(piece) :]
                lines.append((*current, *_span(span, text)))
                current, text = [Span(margin)] if margin else [], ""
                room = width - len(margin)
                if rest.isspace():
                    rest = ""
            text += rest
            room -= width_of(rest)
        current += _span(span, text)
    return (*lines, tuple(current))


def _span(span: Span, text: str) -> Line:
    return (replace(span, text=text),) if text else ()


def _piece(word: str, room: int) -> str:
    """As much of a word as a line takes; of a URL or a path, whole parts."""
    near = word[:room]
    if width_of(near) < room:
        near = word[: room * _CHARACTERS_PER_CELL]
    # Of nothing but combining ones there are no pieces.
    piece = next(iter(chop_cells(near, room)), near) or word[:1]
    joints = [found.end() for found in _JOINT.finditer(word, 0, len(piece) + 1)]
    return piece[: joints[-1]] if joints and 3 * joints[-1] > len(piece) else piece
