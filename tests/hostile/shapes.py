"""Answers of the very shape that a decoder wants, with harm in each of their fields.

The shape comes from the decoder itself, so that a field which it gains is harmed too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any

import msgspec.inspect as shape
from hypothesis import strategies as st

from tests.hostile.texts import PARTS, texts

Raws = Mapping[str, Any]
"""Of what type a field is that is decoded later, by its name on the wire."""

DEEP = "@@deep@@"
"""Becomes a hundred thousand lists inside each other."""
NUMBERS = ("NaN", "+Inf", "-Inf", "1e999", "-0", "", " 1 ", "0x1f", "9" * 5_000, "１")
TIMES = (
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"),
    *("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999999999Z"),
    *("2026-02-27T02:13:47.123456789+01:00", "2026-02-27T02:13:47"),
)
_DEPTH = 100_000


def harmful() -> st.SearchStrategy[str]:
    """A text for any field: harm, what looks like a number or a time, or long."""
    return (
        texts()
        | st.sampled_from((*PARTS, *NUMBERS, *TIMES))
        | st.sampled_from(("1m30s", "1772158427000000000", "-1", "up", "True", "null"))
    )


def junk() -> st.SearchStrategy[Any]:
    """Anything else that JSON can say."""
    leaf = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.sampled_from((2**63, 2**64, -(2**70), 10**400, DEEP))
        | st.floats()
        | harmful()
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(harmful(), inner, max_size=3)
        ),
        max_leaves=4,
    )


def _numbers() -> st.SearchStrategy[Any]:
    return st.sampled_from((0, -1, 1.5, 2**53, 1e308, -1e308, 1_772_158_427.123))


_LEAVES: dict[type, Callable[[], st.SearchStrategy[Any]]] = {
    shape.StrType: harmful,
    shape.IntType: lambda: st.integers(-(2**63), 2**64 - 1),
    shape.FloatType: _numbers,
    shape.BoolType: st.booleans,
    shape.NoneType: st.none,
    shape.DateTimeType: lambda: st.sampled_from(TIMES),
}


@cache
def of(
    kind: Hashable, raws: tuple[tuple[str, Any], ...] = ()
) -> st.SearchStrategy[Any]:
    """Values of a type, each text and number in them odd.

    raws    what fields are that are decoded later, by name
    """
    return _of(shape.type_info(kind), dict(raws))


def _of(kind: shape.Type, raws: Raws) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any] = _LEAVES.get(type(kind), junk)()
    match kind:
        case shape.ListType(item) | shape.VarTupleType(item):
            found = st.lists(_of(item, raws), max_size=3)
        case shape.TupleType(items):
            found = st.tuples(*(_of(item, raws) for item in items)).map(list)
        case shape.DictType(_, value):
            found = st.dictionaries(harmful(), _of(value, raws), max_size=3)
        case shape.UnionType(kinds):
            found = st.one_of(*(_of(one, raws) for one in kinds))
        case shape.StructType():
            found = _struct(kind, raws)
    return found


def _struct(kind: shape.StructType, raws: Raws) -> st.SearchStrategy[Any]:
    parts = {
        each.encode_name: (
            of(raws[each.encode_name], tuple(raws.items()))
            if isinstance(each.type, shape.RawType) and each.encode_name in raws
            else _of(each.type, raws)
        )
        for each in kind.fields
    }
    if kind.array_like:
        return st.tuples(*parts.values()).map(list)
    needed = {each.encode_name for each in kind.fields if each.required}
    always = {name: part for name, part in parts.items() if name in needed}
    others = {name: part for name, part in parts.items() if name not in needed}
    return st.fixed_dictionaries(always, optional={**others, "extra": junk()})


def written(value: Any) -> bytes:
    """As JSON; NaN and Infinity as Go and Python write them, which is no JSON."""
    text = json.dumps(value, ensure_ascii=False)
    deep = "[" * _DEPTH + "]" * _DEPTH
    return text.replace(f'"{DEEP}"', deep).encode(errors="surrogatepass")


@st.composite
def bent(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> Any:
    """Such a value, with one place of it that is missing or something else."""
    value = draw(whole)
    here: Any = [value]
    top, key = here, 0
    while isinstance(here[key], dict | list) and here[key] and draw(st.booleans()):
        here = here[key]
        names = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw(st.sampled_from(names))
    if here is not top and draw(st.booleans()):
        del here[key]
    else:
        here[key] = draw(junk())
    return top[0]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bytes that were right once: cut, flipped, doubled, or with others between."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        end = at + draw(st.integers(1, 40))
        match draw(st.sampled_from(("cut", "flip", "double", "drop", "insert"))):
            case "cut":
                del data[at:]
            case "flip" if data:
                data[at] ^= draw(st.integers(1, 255))
            case "double":
                data[at:at] = data[at:end]
            case "drop":
                del data[at:end]
            case _:
                data[at:at] = draw(st.binary(max_size=8) | st.just(b"\x1b[2J"))
    return bytes(data)
