"""Frozen values as bytes: what was packed before is only referred to.

Everything that has parts is an object with a number. A fleet shares most of its objects
with the one a second before, so that the next one costs little more than what changed.

wire    An object is an array: its kind, then its parts. A part is a number for an
        object, `[n]` for the integer n (`[text]` for a large one), else itself. A kind
        below zero is one of those here; another is the number of what defines
        a class:
        `[CLASS, module, name, [field, ...]]`. An Enum's only part is its member's name.
        A long text is one too: `[TEXT, text]`.
        Many rows of targets have a kind of their own: see `scrapes`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from hashlib import blake2b
from itertools import chain
from typing import Any, TypeAlias

import msgspec

from tui.model.kept import Kept
from tui.tape import scrapes

TUPLE, KEPT, MAPPING, SET, CLASS, SPAN, SCRAPED = -1, -2, -3, -4, -5, -6, -7
TEXT = -8

Part: TypeAlias = Any
"""None, bool, float, str, bytes, datetime, `(n,)` or the number of an object."""

_LARGE = 2**63
_LONG = 200
"""So many characters, and a text is an object. Else a runbook was written anew with
each reading of its alert: what squeezes looks only so far back as 32 KB."""
_DIGEST_BYTES = 16
_LOOKED = 1_000
"""After so many new objects, or a share of all, it is looked which were let go."""
_SHARE = 8
_OURS = 3
"""References to a value that nobody but the packer has: in its list, in the name by
which it is looked at, and that of the look itself."""
_AS_IT_IS = frozenset((str, float, bool, type(None), datetime, bytes))


class Packer:
    """Packs values one after the other; each refers to all before."""

    def __init__(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._numbers: dict[bytes, int] = {}
        """Of objects, by a digest of how they are packed."""
        self._kept: list[object] = []
        """By number, the newest value that was packed as that object: it must not go
        away while its id is known, or another one might get it. None when it went."""
        self._by_id: dict[int, int] = {}
        self._look_at = 0
        """How many objects there are when it is looked next which values went."""
        self._fields: dict[type, tuple[int, tuple[str, ...]]] = {}
        self._new: list[bytes] = []
        self._rows: dict[str, tuple[int, Kept[Any]]] = {}
        """The newest rows of targets, by the first of them, and their number."""

    def __len__(self) -> int:
        """How many objects there are."""
        return len(self._numbers)

    def pack(self, value: object) -> tuple[list[bytes], Part]:
        """The objects that are new, in the order of their numbers, and the value.

        raise   TypeError for a value that is none of the model's
        """
        self._new = []
        if len(self._kept) >= self._look_at:
            self._let_go()
        part = self._part(value)
        return self._new, part

    def _let_go(self) -> None:
        """Forget the values that only we still hold, as nobody can pack those again.

        What has parts was numbered after them: it goes first, and they go with it.
        """
        kept, refs = self._kept, sys.getrefcount
        left = 0
        for number in range(len(kept) - 1, -1, -1):
            value = kept[number]
            if value is None:
                continue
            if refs(value) <= _OURS:
                self._by_id.pop(id(value), None)
                kept[number] = None
            else:
                left += 1
        self._look_at = len(kept) + max(_LOOKED, left // _SHARE)

    def _part(self, value: Any) -> Part:
        kind = type(value)
        if kind in _AS_IT_IS and (kind is not str or len(value) < _LONG):
            return value
        if kind is int:
            is_large = not -_LARGE < value < _LARGE
            return (str(value) if is_large else value,)
        number = self._by_id.get(id(value))
        if number is not None:
            return number
        if kind is Kept and scrapes.is_list(value):
            return self._targets(value)
        return self._object(value, self._parts(value, kind))

    def _targets(self, rows: Kept[Any]) -> int:
        """Rows of targets, by what is new in them since those before."""
        name = rows[0].key
        parts, (before, old) = None, self._rows.get(name, (-1, Kept[Any]()))
        if again := scrapes.compared(old, rows):
            others = [
                p for at, row in again.others.items() for p in (at, self._part(row))
            ]
            parts = [SCRAPED, before, *scrapes.columns(again.scraped), others]
            if any(id(old[at]) in self._by_id for at in again.scraped):
                # Those of the first list, and of others since, have their own numbers.
                self._look_at = 0
            # Else every reading of the stream would stay in memory.
            self._by_id.pop(id(old), None)
            self._kept[before] = None
        number = self._object(rows, parts or self._parts(rows, Kept))
        self._rows[name] = number, rows
        return number

    def _parts(self, value: Any, kind: type) -> list[Part]:
        parts: list[Part]
        if kind is str:
            parts = [TEXT, value]
        elif isinstance(value, Enum):
            parts = [self._class(kind)[0], value.name]
        elif issubclass(kind, msgspec.Struct):
            number, names = self._class(kind)
            parts = [number, *self._all([getattr(value, name) for name in names])]
        elif kind is Kept:
            parts = [KEPT, *self._all(value)]
        elif isinstance(value, Mapping):
            parts = [MAPPING, *self._all(chain.from_iterable(value.items()))]
        elif isinstance(value, frozenset):
            parts = [SET, *sorted(self._all(value), key=self._encode)]
        elif isinstance(value, timedelta):
            parts = [SPAN, value.total_seconds()]
        elif isinstance(value, Sequence):
            parts = [TUPLE, *self._all(value)]
        else:
            raise TypeError(
                f"{kind.__module__}.{kind.__qualname__}: cannot be recorded"
            )
        return parts

    def _all(self, values: Iterable[Any]) -> list[Part]:
        """As `_part` of each, which most of them do without."""
        number_of, part = self._by_id.get, self._part
        parts: list[Part] = []
        for value in values:
            kind = type(value)
            if kind in _AS_IT_IS and (kind is not str or len(value) < _LONG):
                parts.append(value)
            else:
                number = number_of(id(value))
                parts.append(part(value) if number is None else number)
        return parts

    def _object(self, value: object, parts: list[Part]) -> int:
        data = self._encode(parts)
        digest = blake2b(data, digest_size=_DIGEST_BYTES).digest()
        number = self._numbers.get(digest)
        if number is None:
            number = self._numbers[digest] = len(self._numbers)
            self._new.append(data)
            self._kept.append(value)
        else:
            self._by_id.pop(id(self._kept[number]), None)
            self._kept[number] = value
        self._by_id[id(value)] = number
        return number

    def _class(self, kind: type) -> tuple[int, tuple[str, ...]]:
        known = self._fields.get(kind)
        if known is None:
            names = kind.__struct_fields__ if issubclass(kind, msgspec.Struct) else ()
            definition = [CLASS, kind.__module__, kind.__qualname__, list(names)]
            known = self._object(kind, definition), names
            self._fields[kind] = known
        return known
