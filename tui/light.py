"""Frozen dataclasses that are made in less time and take less memory.

For each of them Python 3.11 compiles six functions of source text, and the two that
refuse to assign hold the class as it was before it got its slots, which nothing else
needs. There are some 400, half of them made before the first frame. What is made here
of the same fields behaves the same; __init__, which is called most, stays Python's.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from dataclasses import Field, FrozenInstanceError
from threading import get_ident
from typing import Any

_VERSIONS = {(3, 11)}
"""Whose dataclasses are put together of these functions."""
_PYTHONS: Any = dataclasses
_refusing = _PYTHONS._frozen_get_del_attr  # noqa: SLF001 - as all of this
_in_repr: set[tuple[int, int]] = set()
"""Who is being written down, in which thread."""


def save() -> bool:
    """Have dataclasses made so from now on. Returns whether they are."""
    if sys.version_info[:2] not in _VERSIONS:
        return False
    _PYTHONS._repr_fn = _repr_of  # noqa: SLF001
    _PYTHONS._frozen_get_del_attr = _refusing_both  # noqa: SLF001
    return True


def _repr_of(fields: Sequence[Field[Any]], _globals: object) -> Callable[[Any], str]:
    names = tuple(each.name for each in fields)

    def __repr__(self: Any) -> str:  # noqa: N807
        key = id(self), get_ident()
        if key in _in_repr:
            return "..."
        _in_repr.add(key)
        try:
            shown = ", ".join([f"{each}={getattr(self, each)!r}" for each in names])
        finally:
            _in_repr.discard(key)
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__


def _refusing_both(cls: Any, fields: Any, names: Any) -> Any:
    """What refuses to assign, and to delete."""
    known_setters = object.__setattr__, __setattr__
    known_deleters = object.__delattr__, __delattr__
    if cls.__setattr__ in known_setters and cls.__delattr__ in known_deleters:
        return __setattr__, __delattr__
    return _refusing(cls, fields, names)


def __setattr__(self: Any, name: str, value: object) -> None:  # noqa: N807
    if _is_frozen(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def __delattr__(self: Any, name: str) -> None:  # noqa: N807
    if _is_frozen(self, name):
        raise FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


def _is_frozen(self: Any, name: str) -> bool:
    """Whether it is a dataclass itself, or derives from one that has this field."""
    kind = type(self)
    return "__dataclass_params__" in vars(kind) or name in kind.__dataclass_fields__
