"""A resource's spec, which is YAML text, read without trusting its shape. Pure.

All scalars stay text: YAML 1.1 would make numbers of MAC addresses and dates of names.
What is missing or of another shape than expected reads as empty.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from talosapi.text import printable

# The C loader is ten times as fast; a wheel without it is rare but possible.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 200
"""The C loader calls itself for each level, and ends the process where there are
thousands: no resource has twenty."""
_MARGIN = re.compile(r"^[ \t?-]*", re.MULTILINE)


class Spec:
    """One mapping of a spec."""

    __slots__ = ("_fields",)

    def __init__(self, fields: object) -> None:
        self._fields = fields if isinstance(fields, dict) else {}

    @classmethod
    def of(cls, text: str) -> Spec:
        """The mapping that a YAML text is."""
        return cls(parse(text))

    def text(self, key: str) -> str:
        """A scalar, printable; "" for null."""
        value = self._fields.get(key)
        return printable(value) if isinstance(value, str) and value != "null" else ""

    def number(self, key: str) -> int:
        """A whole number; 0 for none."""
        try:
            return int(self.text(key))
        except ValueError:
            return 0

    def flag(self, key: str) -> bool:
        """A truth value; whatever is not true is false."""
        return self.text(key).lower() == "true"

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of scalars."""
        return tuple(printable(one) for one in self._list(key) if isinstance(one, str))

    def specs(self, key: str) -> tuple[Spec, ...]:
        """A list of mappings."""
        return tuple(Spec(one) for one in self._list(key) if isinstance(one, dict))

    def spec(self, key: str) -> Spec:
        """A mapping inside this one."""
        return Spec(self._fields.get(key))

    def _list(self, key: str) -> list[object]:
        value = self._fields.get(key)
        return value if isinstance(value, list) else []


def parse(text: str) -> object:
    """YAML text as text, lists and mappings; None for what is no YAML."""
    try:
        if _is_too_deep(text):
            return None
        # It makes nothing but text, lists and mappings.
        return yaml.load(text, Loader=_LOADER)  # noqa: S506
    except yaml.YAMLError:
        return None


def documents(text: str) -> tuple[object, ...]:
    """The documents of a YAML text; none for what is no YAML."""
    try:
        if _is_too_deep(text):
            return ()
        return tuple(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError:
        return ()


def _is_too_deep(text: str) -> bool:
    """Whether it has more levels than can be loaded.

    raise   yaml.YAMLError
    """
    # What is further in has a wider margin, or stands in brackets.
    margin = max(map(len, _MARGIN.findall(text)))
    if 2 * margin + text.count("[") + text.count("{") < _DEEPEST:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False
