"""Takes typed values out of TOML tables and notes everything that is wrong.

Nothing stops at the first mistake: a wrong value is noted and a harmless one is given
back, so that one run tells of all mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tui.config.locate import KeyPath, lines_of

T = TypeVar("T")

_NAMES = {str: "a text", bool: "true or false", dict: "a table", list: "a list"}


@dataclass(slots=True)
class Problems:
    """What is wrong with one file."""

    path: str
    text: str
    _found: list[tuple[int, str]] = field(default_factory=list)
    _lines: Mapping[KeyPath, int] | None = None

    def note(self, where: KeyPath, what: str) -> None:
        """Remember a mistake at a key, or in the nearest table around it."""
        line = self._line(where)
        message = f"{self.path}:{line}: {dotted(where)}: {what}"
        if (line, message) not in self._found:
            self._found.append((line, message))

    def messages(self) -> tuple[str, ...]:
        """One for each mistake, in the order of the file."""
        return tuple(message for _, message in sorted(self._found))

    def _line(self, where: KeyPath) -> int:
        if self._lines is None:
            self._lines = lines_of(self.text)
        while where and where not in self._lines:
            where = where[:-1]
        return self._lines.get(where, 1)


def dotted(path: KeyPath) -> str:
    """A key path as a person reads it: `clusters.prod.talos.nodes[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = part.replace("-", "").replace("_", "")
            name = part if bare.isascii() and bare.isalnum() else f'"{part}"'
            text += f".{name}" if text else name
    return text or "the file"


class Table:
    """One table of the file. What was never asked for is an unknown key."""

    def __init__(
        self, data: Mapping[str, Any], path: KeyPath, problems: Problems
    ) -> None:
        self._data = data
        self._asked: list[str] = []
        self.path = path
        self.problems = problems

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def wrong(self, key: str, what: str) -> None:
        """Note a mistake at one key of this table."""
        self.problems.note((*self.path, key), what)

    def text(self, key: str) -> str:
        """A text, without spaces around it; empty when it is not there."""
        value = self._take(key, str)
        if value is not None and not value.strip():
            self.wrong(key, "is empty")
        return (value or "").strip()

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._take(key, bool)
        return default if value is None else value

    def number(self, key: str, least: int, most: int) -> int | None:
        """A whole number within bounds; None when it is not there or wrong."""
        value = self._take(key, int)
        if value is None or least <= value <= most:
            return value
        self.wrong(key, f"must be between {least:,} and {most:,}, not {value:,}")
        return None

    def parsed(self, key: str, grammar: Callable[[str], T]) -> T | None:
        """A text as its grammar reads it; None when it is not there or wrong."""
        text = self.text(key)
        return self._read((*self.path, key), text, grammar) if text else None

    def each(self, key: str, grammar: Callable[[str], T]) -> tuple[T, ...] | None:
        """A list of texts, each as its grammar reads it; None when it is not there."""
        found = self.numbered(key, grammar)
        if found is None:
            return None
        return tuple(each for each in found if each is not None)

    def numbered(
        self, key: str, grammar: Callable[[str], T]
    ) -> tuple[T | None, ...] | None:
        """The same, each in its place: None stands for one that is wrong."""
        values = self._take(key, list)
        if values is None:
            return None
        found: list[T | None] = []
        for index, value in enumerate(values):
            where = (*self.path, key, index)
            if isinstance(value, str) and value.strip():
                found.append(self._read(where, value.strip(), grammar))
            else:
                found.append(None)
                self.problems.note(where, f"must be a text, not {_said(value)}")
        return tuple(found)

    def table(self, key: str) -> Table | None:
        """A table below this one; None when it is not there."""
        value = self._take(key, dict)
        return None if value is None else Table(value, (*self.path, key), self.problems)

    def several(self, key: str) -> tuple[Table, ...]:
        """A table below this one, or each of an array of them."""
        if not isinstance(self._data.get(key), list):
            found = self.table(key)
            return () if found is None else (found,)
        tables = []
        for index, value in enumerate(self._take(key, list) or ()):
            where = (*self.path, key, index)
            if isinstance(value, dict):
                tables.append(Table(value, where, self.problems))
            else:
                self.problems.note(where, f"must be a table, not {_said(value)}")
        return tuple(tables)

    def listed(self, key: str) -> tuple[Table, ...]:
        """The tables of a list, as `[[key]]` makes it; none when it is not there."""
        found = []
        for index, value in enumerate(self._take(key, list) or ()):
            where = (*self.path, key, index)
            if isinstance(value, dict):
                found.append(Table(value, where, self.problems))
            else:
                self.problems.note(where, f"must be a table, not {_said(value)}")
        return tuple(found)

    def tables(self) -> Iterator[tuple[str, Table]]:
        """All entries, each of which must be a table: their names are free."""
        for name in self._data:
            table = self.table(name)
            if table is not None:
                yield name, table

    def finish(self) -> None:
        """Note every key that nobody asked for, with the nearest one that exists."""
        for key in self._data:
            if key not in self._asked:
                self.wrong(key, "is not a key here" + _nearest(key, self._asked))

    def _read(self, where: KeyPath, text: str, grammar: Callable[[str], T]) -> T | None:
        try:
            return grammar(text)
        except ValueError as error:
            self.problems.note(where, str(error))
            return None

    def _take(self, key: str, kind: type[T]) -> T | None:
        self._asked.append(key)
        if key not in self._data:
            return None
        value = self._data[key]
        if isinstance(value, kind):
            return value
        name = _NAMES.get(kind, "a whole number")
        self.wrong(key, f"must be {name}, not {_said(value)}")
        return None


def _said(value: object) -> str:
    """A wrong value in words; its text may be a secret and is not repeated."""
    names = {bool: "true or false", int: "a number", float: "a number"}
    if isinstance(value, str):
        return "a text" if value.strip() else "an empty text"
    return (names | _NAMES).get(type(value), "a date or time")


def _nearest(key: str, known: list[str]) -> str:
    """What was probably meant."""
    # Imported here: only a person who made a mistake waits for it.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(key, known, 1, 0.55)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known are {', '.join(sorted(set(known)))}"
