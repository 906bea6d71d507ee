"""Text from machines made fit for people: no escape sequences, no control bytes."""

from __future__ import annotations

import re

# CSI sequences (colours, cursor), OSC sequences (titles, links), two-byte escapes.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?"
)
# C0, DEL and C1, and the marks that turn the direction of what follows them.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(raw: bytes | str) -> str:
    """One line's bytes as text that can do nothing to a terminal.

    Bytes that are not UTF-8 become U+FFFD; tabs and line ends become a space.
    """
    text = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
    if text.isprintable():
        return text
    text = _ESCAPES.sub("", text)
    return _CONTROLS.sub("", re.sub(r"[\t\r\n]+", " ", text))
