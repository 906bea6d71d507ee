"""What to write to a terminal so that its clipboard holds a text (OSC 52).

tmux and screen keep such a sequence for themselves unless it is wrapped for the
terminal behind them. tmux lets it pass where `allow-passthrough` is on, and takes a
bare one where `set-clipboard` is on: it is sent both ways. screen would print what is
wrapped for tmux.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

MOST_BYTES = 74_000
"""Terminals take about 100,000 letters of base64, and drop what is longer unseen."""
_SCREEN_PIECE = 76
_ESC = "\x1b"
_END = f"{_ESC}\\"


def fits(text: str) -> bool:
    """Whether terminals take so much."""
    return len(text.encode()) <= MOST_BYTES


def sequence(text: str, environ: Mapping[str, str]) -> str:
    """The bytes that copy a text, for the terminal that the environment tells of."""
    data = base64.b64encode(text.encode()).decode()
    bare = f"{_ESC}]52;c;{data}\a"
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return bare + _for_tmux(bare)
    if environ.get("STY"):
        return _for_screen(bare)
    if term.startswith("screen"):
        # Over SSH nobody says which of the two it is; tmux ignores what screen takes.
        return bare + _for_screen(bare)
    return bare


def _for_tmux(bare: str) -> str:
    return f"{_ESC}Ptmux;{bare.replace(_ESC, _ESC * 2)}{_END}"


def _for_screen(bare: str) -> str:
    """In pieces: screen takes few letters at once."""
    starts = range(0, len(bare), _SCREEN_PIECE)
    return "".join(f"{_ESC}P{bare[at : at + _SCREEN_PIECE]}{_END}" for at in starts)
