"""Texts to be copied: a line each, and the whole of one."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tui.present.units import count
from widgets.values import Cell, Column, Line, Row, Span, Tone


class Copy(Struct, frozen=True, gc=False):
    """One text, and what it is."""

    key: str
    name: str
    text: str


def columns(copies: Iterable[Copy]) -> tuple[Column, Column]:
    """The column of their names, no wider than the longest, and that of the texts."""
    widest = max((len(each.name) for each in copies), default=0)
    return Column("", widest), Column("", 20, weight=1)


def rows(copies: Iterable[Copy]) -> tuple[Row, ...]:
    """Name and first line of each."""
    return tuple(
        Row(each.key, (Cell(each.name, Tone.QUIET), Cell(_first(each.text))))
        for each in copies
    )


def _first(text: str) -> str:
    first, *rest = text.strip().splitlines() or [""]
    return f"{first}  (+{count(len(rest), 'line')})" if rest else first


def text(copies: Iterable[Copy], key: str) -> str:
    """The text behind a row; empty when there is none."""
    return next((each.text for each in copies if each.key == key), "")


def lines(copies: Iterable[Copy], key: str) -> tuple[Line, ...]:
    """The same, to be read."""
    return tuple((Span(line, Tone.ACCENT),) for line in text(copies, key).splitlines())
