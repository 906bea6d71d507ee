"""Writes the texts and keys of TOML documents: what comes from outside stays a text."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def quoted(text: str) -> str:
    """A text as a basic string of TOML."""
    odd = {ord(c): _escaped(c) for c in set(text) if c in _SHORT or not c.isprintable()}
    return f'"{text.translate(odd)}"'


def key(text: str) -> str:
    """A key: bare where that is allowed."""
    return text if _BARE.fullmatch(text) else quoted(text)


def header(*path: str) -> str:
    """What stands between the brackets of a table."""
    return ".".join(map(key, path))


def comment(text: str) -> str:
    """A text that may stand behind a `#`: on one line, without control characters."""
    odd = {ord(c): " " for c in set(text) if not c.isprintable()}
    return " ".join(text.translate(odd).split())


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    # A lone surrogate is no character, and TOML has no way to write it.
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
