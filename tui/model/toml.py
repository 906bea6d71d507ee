"""Writes the texts and keys of TOML documents: what comes from outside stays a text."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def quoted(text: str) -> str:
    """A text as a basic string of TOML."""
    return f'"{"".join(map(_escaped, text))}"'


def key(text: str) -> str:
    """A key: bare where that is allowed."""
    return text if _BARE.fullmatch(text) else quoted(text)


def header(*path: str) -> str:
    """What stands between the brackets of a table."""
    return ".".join(map(key, path))


def comment(text: str) -> str:
    """A text that may stand behind a `#`: on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    # A lone surrogate is no character, and TOML has no way to write it.
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
