"""Values of the model with odd things in them, of the types that decoders make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tests.hostile.shapes import NUMBERS, TIMES
from tests.hostile.texts import PARTS
from tests.triage.cases import NOW

TEXTS = (*PARTS, *NUMBERS, *TIMES, "", "x" * 100_000, "\u0301" * 10_000, "a,b=~(.*)+$")
FLOATS = (float("nan"), float("inf"), float("-inf"), -0.0, 1e308, -1e308, 5e-324)
INTS = (0, -1, 2**64 - 1, -(2**63))
# Year 1 is no time for a decoder: it is Go's way to say never.
MOMENTS = (
    datetime(2, 1, 1, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    NOW + timedelta(days=1),
    NOW + timedelta(seconds=1),
)
_OURS = {
    "Told.interval",
    "ReviewCase.node_interval",
    "ReviewCase.facts_interval",
    "SourceStatus.interval_seconds",
}
"""What no answer says: how often we ask."""
SPANS = (timedelta(days=-100_000), timedelta(days=100_000), timedelta(0))


def warped(value: Any, chance: Random, odds: float) -> Any:
    """The same value with some of what is in it odd; of the types that it had."""
    is_odd = chance.random() < odds
    if isinstance(value, Enum):
        return chance.choice(list(type(value))) if is_odd else value
    if isinstance(value, Struct):
        names = value.__struct_fields__
        changes = {each: _field(value, each, chance, odds) for each in names}
        return replace(value, **changes)
    if isinstance(value, Mapping):
        if is_odd:
            return {}
        pairs = value.items()
        return {warped(k, chance, odds / 4): warped(v, chance, odds) for k, v in pairs}
    if isinstance(value, tuple | list | frozenset):
        found = [warped(each, chance, odds) for each in value]
        if is_odd and len({type(each) for each in found}) < 2:  # a pair stays one
            found = chance.choice(([], found * 2, found[:1]))
        return type(value)(found)
    return _leaf(value, chance) if is_odd else value


def _field(owner: Struct, name: str, chance: Random, odds: float) -> Any:
    value = getattr(owner, name)
    if f"{type(owner).__name__}.{name}" in _OURS:
        return value
    if "None" in str(type(owner).__annotations__[name]) and chance.random() < odds:
        return None
    return warped(value, chance, odds)


def _leaf(value: Any, chance: Random) -> Any:
    if isinstance(value, bool):
        return not value
    for kind, odd in (
        (str, TEXTS),
        (float, FLOATS),
        (int, INTS),
        (datetime, MOMENTS),
        (timedelta, SPANS),
    ):
        if isinstance(value, kind):
            return chance.choice(odd)
    return value
