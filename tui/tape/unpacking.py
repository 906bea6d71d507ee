"""From bytes back to frozen values, of this version or of another one.

A field that this version does not know is passed over; one that is missing gets its
default. What cannot be made at all, for its class is gone, is left out.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from importlib import import_module
from typing import Any

from tui.model.kept import Kept
from tui.tape import scrapes
from tui.tape.packing import (
    CLASS,
    KEPT,
    MAPPING,
    SCRAPED,
    SET,
    SPAN,
    TUPLE,
    Part,
)

UNMADE = (
    *(ValueError, LookupError, TypeError, AttributeError, OverflowError),
    RecursionError,
)
"""What making a value raises where no packer has written what is read."""

Make = Callable[[Sequence[Any]], Any]

_OURS = re.compile(r"tui\.model(\.[a-z_]+)+")


_GATHER: dict[int, Callable[[Iterator[Any]], Any]] = {
    TUPLE: tuple,
    KEPT: Kept,
    SET: frozenset,
}


class _Unknown:
    """Stands for what this version cannot make."""


UNKNOWN = _Unknown()


class Unpacker:
    """Takes in the objects of a packer in order; makes a value when it is wanted."""

    def __init__(self) -> None:
        self._packed: list[Sequence[Part]] = []
        self._made: dict[int, Any] = {}
        self._makers: dict[int, Make] = {}

    def add(self, objects: Sequence[Sequence[Part]]) -> None:
        """Take in new objects."""
        self._packed.extend(objects)

    def value(self, part: Part) -> Any:
        """What the part stands for; UNKNOWN when it cannot be made.

        raise   UNMADE
        """
        kind = type(part)
        if kind is int:
            if part not in self._made:
                self._made[part] = self._make(part)
            return self._made[part]
        if kind is list or kind is tuple:
            return int(part[0])
        if kind is datetime:
            return part.astimezone(UTC) if part.tzinfo is not UTC else part
        return part

    def _make(self, number: int) -> Any:
        packed = self._packed[number]
        if packed[0] != SCRAPED:
            return self._made_of(packed)
        of = self._packed.__getitem__, self.value, self._made
        try:
            return scrapes.remade(*of, number, SCRAPED)
        except UNMADE:
            return UNKNOWN

    def _made_of(self, packed: Sequence[Part]) -> Any:
        kind = packed[0]
        if kind == SPAN:
            return timedelta(seconds=packed[1])
        if kind >= 0:
            return self._maker(kind)([self.value(part) for part in packed[1:]])
        if kind == MAPPING:
            parts = [self.value(part) for part in packed[1:]]
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return {k: v for k, v in pairs if k is not UNKNOWN and v is not UNKNOWN}
        gather = _GATHER.get(kind)
        if gather is None:
            return UNKNOWN
        values = (self.value(part) for part in packed[1:])
        return gather(each for each in values if each is not UNKNOWN)

    def _maker(self, number: int) -> Make:
        if number not in self._makers:
            kind, module, name, fields = self._packed[number]
            if kind != CLASS:
                raise ValueError("a value's class is none")
            self._makers[number] = _maker_of(_class(module, name), fields)
        return self._makers[number]


def _class(module: str, name: str) -> type | None:
    """The model's class of that name; no other code is ever loaded."""
    if not _OURS.fullmatch(module):
        return None
    try:
        found = getattr(import_module(module), name, None)
    except ModuleNotFoundError:
        return None
    is_value = isinstance(found, type) and (
        dataclasses.is_dataclass(found) or issubclass(found, Enum)
    )
    return found if is_value and found.__module__ == module else None


def _maker_of(found: type | None, written: Sequence[str]) -> Make:
    if found is None:
        return lambda _: UNKNOWN
    if issubclass(found, Enum):
        members = found.__members__
        return lambda parts: members.get(parts[0], UNKNOWN)
    fields = dataclasses.fields(found)  # type: ignore[arg-type]  # it is one: see _class
    own = [each for each in fields if each.init]
    names = [each.name for each in own]
    taken = [(written.index(name), name) for name in names if name in written]
    needed = {each.name for each in own if _is_needed(each)}
    is_same = names == list(written)

    def make(parts: Sequence[Any]) -> Any:
        if is_same and all(part is not UNKNOWN for part in parts):
            return found(*parts)
        values = {name: parts[at] for at, name in taken if parts[at] is not UNKNOWN}
        return found(**values) if needed <= values.keys() else UNKNOWN

    return make


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing
