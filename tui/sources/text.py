"""Makes one safe line out of what a server said; knows no server and no library."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")


def first_line(text: str) -> str:
    """The first line with something on it, without control characters, cut."""
    plain = _ANSI.sub("", text[: 20 * LONGEST])
    for line in plain.splitlines():
        kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in line)
        words = " ".join(kept.split())
        if words:
            return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    return ""
