"""What a call says, and how a terminal is told to show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.model.attention import Real
from tui.model.fleet import Standing
from tui.passthrough import to_screen, to_tmux
from tui.present.units import count, plain

_ESC = "\x1b"
_END = "\x07"
_MOST = 200
"""Characters of a notification; what is longer is cut by those who show it."""


def words(found: Sequence[Real]) -> str:
    """One line: the first thing that turned real, and how many more."""
    first, *more = found
    where = f"{first.cluster}: " if first.cluster else ""
    hidden = "REAL, HIDDEN: " if first.is_hidden else ""
    others = f" (and {len(more)} more)" if more else ""
    because = f": {first.reason}" if first.reason else ""
    said = plain(f"{hidden}{where}{first.name}{because}")
    return f"{said[: _MOST - len(others)]}{others}"


def notification(text: str, environ: Mapping[str, str]) -> str:
    """The sequence that has a terminal notify: OSC 777 where OSC 9 is not known.

    Terminals that know both would show both. Text must be plain.
    """
    term = environ.get("TERM", "")
    if term.startswith(("foot", "rxvt")) or "VTE_VERSION" in environ:
        return _through(f"{_ESC}]777;notify;taloscope;{text}{_END}", environ)
    # A digit first may be another command of OSC 9: `9;4;` is a progress bar.
    return _through(f"{_ESC}]9;taloscope: {text}{_END}", environ)


def _through(sequence: str, environ: Mapping[str, str]) -> str:
    """The same for the terminal around tmux or screen, if we are in one."""
    if environ.get("TMUX"):
        return to_tmux(sequence)
    return to_screen(sequence) if environ.get("STY") else sequence


def title(standings: Sequence[tuple[str, Standing]], hidden: int) -> str:
    """For the window: which clusters have something real, the hidden first."""
    real = [name for name, standing in standings if standing is Standing.REAL]
    told = [f"{count(hidden, 'real alert')} hidden"] if hidden else []
    if real:
        told.append(f"real in {', '.join(real)}")
    return plain(f"taloscope: {'; '.join(told)}") if told else "taloscope"


def titled(text: str) -> str:
    """The sequence that names the window. Text must be plain."""
    return f"{_ESC}]2;{text}{_END}"
