"""Sequences for the terminal behind tmux or screen, which else keep them.

tmux lets one pass where `allow-passthrough` is on. screen would print what is wrapped
for tmux.
"""

from __future__ import annotations

_ESC = "\x1b"
_END = f"{_ESC}\\"
_SCREEN_PIECE = 76


def to_tmux(sequence: str) -> str:
    """Wrapped for tmux: DCS tmux; with each ESC doubled."""
    return f"{_ESC}Ptmux;{sequence.replace(_ESC, _ESC * 2)}{_END}"


def to_screen(sequence: str) -> str:
    """Wrapped for screen: DCS, in pieces, because screen takes few letters at once."""
    starts = range(0, len(sequence), _SCREEN_PIECE)
    pieces = (sequence[at : at + _SCREEN_PIECE] for at in starts)
    return "".join(f"{_ESC}P{piece}{_END}" for piece in pieces)
