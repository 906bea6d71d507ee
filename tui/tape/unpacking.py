"""From bytes back to frozen values, of this version or of another one.

A field that this version does not know is passed over; one that is missing gets its
default. What cannot be made at all, for its class is gone, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from importlib import import_module
from operator import is_
from typing import Any

import msgspec

from tui.model.kept import Kept
from tui.tape import scrapes
from tui.tape.packing import (
    CLASS,
    KEPT,
    MAPPING,
    SCRAPED,
    SET,
    SPAN,
    TEXT,
    TUPLE,
    Part,
)

UNMADE = (
    *(ValueError, LookupError, TypeError, AttributeError, OverflowError),
    RecursionError,
)
"""What making a value raises where no packer has written what is read."""

Make = Callable[[Sequence[Any]], Any]

_DECODE = msgspec.msgpack.Decoder().decode
_OURS = re.compile(r"tui\.model(\.[a-z_]+)+")


_GATHER: dict[int, Callable[[Iterable[Any]], Any]] = {
    TUPLE: tuple,
    KEPT: Kept,
    SET: frozenset,
}


class _Unknown:
    """Stands for what this version cannot make."""


UNKNOWN = _Unknown()
_is_unknown = partial(is_, UNKNOWN)
_AS_IT_IS = frozenset((str, float, bool, type(None), bytes))


class Unpacker:
    """Takes in the objects of a packer in order; makes a value when it is wanted."""

    def __init__(self) -> None:
        self._packed: list[msgspec.Raw] = []
        self._made: dict[int, Any] = {}
        self._makers: dict[int, Make] = {}

    def add(self, objects: Sequence[msgspec.Raw]) -> None:
        """Take in new objects, as bytes: most of them nobody will ask for."""
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
        packed = self._object(number)
        if packed[0] != SCRAPED:
            return self._made_of(packed)
        of = self._object, self.value, self._made
        try:
            return scrapes.remade(*of, number, SCRAPED)
        except UNMADE:
            return UNKNOWN

    def _object(self, number: int) -> Sequence[Part]:
        try:
            found: Sequence[Part] = _DECODE(self._packed[number])
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error
        return found

    def _made_of(self, packed: Sequence[Part]) -> Any:
        kind = packed[0]
        if kind == SPAN:
            return timedelta(seconds=packed[1])
        if kind == TEXT:
            return packed[1]
        if kind >= 0:
            return self._maker(kind)(self._all(packed))
        if kind == MAPPING:
            parts = self._all(packed)
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return {k: v for k, v in pairs if k is not UNKNOWN and v is not UNKNOWN}
        gather = _GATHER.get(kind)
        if gather is None:
            return UNKNOWN
        values = self._all(packed)
        if any(map(_is_unknown, values)):
            values = [each for each in values if each is not UNKNOWN]
        return gather(values)

    def _all(self, packed: Sequence[Part]) -> list[Any]:
        """As `value` of each part, which most of them do without."""
        made, value = self._made, self.value
        values: list[Any] = []
        parts = iter(packed)
        next(parts)
        for part in parts:
            kind = type(part)
            if kind in _AS_IT_IS:
                values.append(part)
            elif kind is int and part in made:
                values.append(made[part])
            else:
                values.append(value(part))
        return values

    def _maker(self, number: int) -> Make:
        if number not in self._makers:
            kind, module, name, fields = self._object(number)
            if kind != CLASS:
                raise ValueError("a value's class is none")
            self._makers[number] = _maker_of(module, name, tuple(fields))
        return self._makers[number]


def _class(module: str, name: str) -> type[msgspec.Struct | Enum] | None:
    """The model's class of that name; no other code is ever loaded."""
    if not _OURS.fullmatch(module):
        return None
    try:
        found = getattr(import_module(module), name, None)
    except ModuleNotFoundError:
        return None
    is_value = isinstance(found, type) and issubclass(found, (msgspec.Struct, Enum))
    return found if is_value and found.__module__ == module else None


@lru_cache(maxsize=1_000)
def _maker_of(module: str, name: str, written: tuple[str, ...]) -> Make:
    """Makes values of a class from the fields that were written of it."""
    found = _class(module, name)
    if found is None:
        return lambda _: UNKNOWN
    if issubclass(found, Enum):
        members = found.__members__
        return lambda parts: members.get(parts[0], UNKNOWN)
    names = found.__struct_fields__
    taken = [(written.index(name), name) for name in names if name in written]
    needed = {*names[: len(names) - len(found.__struct_defaults__)]}
    is_same = names == written

    def make(parts: Sequence[Any]) -> Any:
        if is_same and not any(map(_is_unknown, parts)):
            return found(*parts)
        values = {name: parts[at] for at, name in taken if parts[at] is not UNKNOWN}
        return found(**values) if needed <= values.keys() else UNKNOWN

    return make
