"""What to write to a terminal so that its clipboard holds a text (OSC 52).

tmux lets one pass that is wrapped for the terminal behind it where `allow-passthrough`
is on, and takes a bare one where `set-clipboard` is on: it is sent both ways.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from tui.passthrough import to_screen, to_tmux
from widgets.text import STEERING

MOST_BYTES = 74_000
"""Terminals take about 100,000 letters of base64, and drop what is longer unseen."""
_ESC = "\x1b"
# What a shell or an editor would obey when it is pasted. Ends of lines, tabs stay.
_HARMFUL = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{STEERING}]")


def harmless(text: str) -> str:
    """The text as it may be pasted: what came from outside may mean to steer."""
    return _HARMFUL.sub("\ufffd", text)


def fits(text: str) -> bool:
    """Whether terminals take so much."""
    if len(text) > MOST_BYTES:
        return False
    return len(harmless(text).encode()) <= MOST_BYTES


def sequence(text: str, environ: Mapping[str, str]) -> str:
    """The bytes that copy a text, for the terminal that the environment tells of."""
    data = base64.b64encode(harmless(text).encode()).decode()
    bare = f"{_ESC}]52;c;{data}\a"
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return bare + to_tmux(bare)
    if environ.get("STY"):
        return to_screen(bare)
    if term.startswith("screen"):
        # Over SSH nobody says which of the two it is; tmux ignores what screen takes.
        return bare + to_screen(bare)
    return bare
