"""Finds the line on which a key of a TOML document stands: tomllib does not tell.

It reads only documents that tomllib has accepted, so it need not look for errors.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys of tables and positions in arrays, outermost first."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[A-Za-z0-9_-]+')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> Mapping[KeyPath, int]:
    """Line (from 1) of the first mention of every table, key and array element."""
    return _Scanner(text).document()


class _Scanner:
    """One pass over a valid document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}

    def document(self) -> Mapping[KeyPath, int]:
        """Headers and pairs to the end of the text."""
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self._text):
            if self._take("[["):
                table = self._element(self._key(()))
                self._take("]]")
            elif self._take("["):
                table = self._key(())
                self._take("]")
            else:
                self._pair(table)
        return self._found

    def _element(self, name: KeyPath) -> KeyPath:
        """The next element of an array of tables; its key led to the last one."""
        if isinstance(name[-1], int):
            name = name[:-1]
        index = self._tables.get(name, -1) + 1
        self._tables[name] = index
        self._note((*name, index))
        return (*name, index)

    def _key(self, path: KeyPath) -> KeyPath:
        """A dotted key; every part of it is a mention of a table."""
        while True:
            self._skip(_BLANK)
            part = self._match(_KEY)
            if part[0] in "\"'":
                part = tomllib.loads(f"key = {part}")["key"]
            path = (*path, part)
            if path in self._tables:
                path = (*path, self._tables[path])
            self._note(path)
            if not self._match(_DOT):
                self._skip(_BLANK)
                return path

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        self._take("=")
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            while self._skip(_BLANK) and not self._take("}"):
                self._pair(path)
                self._skip(_BLANK)
                self._take(",")
        elif not self._match(_STRING):
            self._match(_PLAIN)

    def _array(self, path: KeyPath) -> None:
        index = 0
        while self._skip(_BLANK) and not self._take("]"):
            self._note((*path, index))
            self._value((*path, index))
            self._skip(_BLANK)
            self._take(",")
            index += 1

    def _note(self, path: KeyPath) -> None:
        self._found.setdefault(path, self._text.count("\n", 0, self._at) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._match(pattern)
        return self._at

    def _take(self, what: str) -> bool:
        found = self._text.startswith(what, self._at)
        if found:
            self._at += len(what)
        return found

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()
