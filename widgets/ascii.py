"""Text for a terminal that has nothing but ASCII: each character by others as wide.

Panes choose glyphs that mean something there (`values.ASCII`); this is for all the
rest: what servers say, and what the toolkit draws.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

_ALIKE = str.maketrans(
    "…→←↑↓·✖✔▲●◌○♥⧗⊘‖◂▸◆◈±–—µ×°⏎╌─━│┃▌▐█▄▀▁▂▃▅▆▇▔▕▎▍▊▋▉┌┐└┘┏┓┗┛├┤┬┴┼╭╮╰╯",
    "~><^v.X+!o-o=~Z#<>*&+--ux*<--=||>####_.-=+*-||||||+++++++++++++++++",
)
_OTHERS = re.compile(r"[^\x00-\x7f]+")


def to_ascii(text: str) -> str:
    """The same text, as wide, in ASCII; what looks like nothing in it is a `?`."""
    if text.isascii():
        return text
    return _OTHERS.sub(_unknown, text.translate(_ALIKE))


def _unknown(found: re.Match[str]) -> str:
    return "?" * cell_len(found[0])
