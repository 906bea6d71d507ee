"""Answers LogQL from a store: entries of a log query, values of a metric query."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import assert_never

from msgspec import Struct

from tui.lab.logql_parser import (
    Aggregate,
    Binary,
    JsonStage,
    LabelFilter,
    LineFilter,
    LogQLError,
    LogQuery,
    MetricQuery,
    RangeQuery,
)
from tui.lab.loki_store import Entry, Found, Labels, Store

SECOND = 1_000_000_000
Vector = dict[Labels, float]

_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else math.nan,
}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_REDUCE: Mapping[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "count": len,
    "min": min,
    "max": max,
    "avg": lambda values: math.fsum(values) / len(values),
}


class Hit(Struct, frozen=True):
    """An entry that a log query keeps, with what its stages took from the line."""

    labels: Labels
    entry: Entry
    parsed: Labels = ()

    def merged(self) -> Labels:
        """The stream as Loki shows it by default: everything in one label set."""
        everything = dict(self.labels + self.entry.metadata + self.parsed)
        return tuple(sorted(everything.items()))

    def categories(self) -> Mapping[str, object]:
        """The third element of a categorised entry; either part may be absent."""
        found: dict[str, object] = {}
        if self.entry.metadata:
            found["structuredMetadata"] = dict(self.entry.metadata)
        if self.parsed:
            found["parsed"] = dict(self.parsed)
        return found


def keep(query: LogQuery, found: Found) -> Hit | None:
    """An entry after the pipeline; None when a stage drops it."""
    parsed: Labels = ()
    for stage in query.stages:
        match stage:
            case LineFilter():
                if not stage.accepts(found.entry.line):
                    return None
            case JsonStage():
                parsed = _json_labels(found)
            case LabelFilter(matcher):
                hit = Hit(found.labels, found.entry, parsed)
                if not matcher.matches(dict(hit.merged())):
                    return None
            case _:
                assert_never(stage)
    return Hit(found.labels, found.entry, parsed)


def _json_labels(found: Found) -> Labels:
    """Fields of a JSON line; names made legal, a clash gets `_extracted`."""
    try:
        fields = json.loads(found.entry.line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return (("__error__", "JSONParserErr"),)
    taken = dict(found.labels)
    labels = {}
    for name, value in fields.items():
        legal = re.sub(r"\W", "_", name)
        legal = f"{legal}_extracted" if legal in taken else legal
        labels[legal] = value if isinstance(value, str) else json.dumps(value)
    return tuple(sorted(labels.items()))


def hits(store: Store, query: LogQuery, start: int, end: int) -> Iterator[Hit]:
    """Every entry with start <= at < end that a log query keeps, by stream."""
    for stream in store.chosen(query.matchers):
        for entry in stream.between(start, end):
            hit = keep(query, Found(stream.labels, entry))
            if hit is not None:
                yield hit


def page(
    store: Store, query: LogQuery, asked: tuple[int, int, int], *, is_backward: bool
) -> list[Hit]:
    """The first entries that a log query keeps, or the last ones, newest first.

    asked   start, end and limit; no more than that is looked at where all is kept
    """
    start, end, limit = asked
    found: list[Hit] = []
    for stream in store.chosen(query.matchers):
        entries = iter(stream.between(start, end))
        if is_backward:
            entries = reversed(stream.between(start, end))
        kept = (keep(query, Found(stream.labels, entry)) for entry in entries)
        found.extend(islice((hit for hit in kept if hit is not None), limit))
    found.sort(key=lambda hit: hit.entry.at, reverse=is_backward)
    return found[:limit]


def evaluate(store: Store, query: MetricQuery, at: int) -> Vector | float:
    """A metric query at one nanosecond; raises LogQLError."""
    match query:
        case float():
            return query
        case RangeQuery():
            return _over_time(store, query, at)
        case Aggregate():
            return _aggregate(store, query, at)
        case Binary():
            return _binary(store, query, at)
        case _:
            assert_never(query)


def _over_time(store: Store, query: RangeQuery, at: int) -> Vector:
    first = at - int(query.seconds * SECOND)
    found: dict[Labels, list[int]] = {}
    # The range leaves out its left edge and holds its right one.
    for hit in hits(store, query.query, first + 1, at + 1):
        size = len(hit.entry.line.encode()) if "bytes" in query.function else 1
        found.setdefault(hit.merged(), []).append(size)
    per = query.seconds if "rate" in query.function else 1.0
    return {labels: sum(sizes) / per for labels, sizes in found.items()}


def _sum_of_all(store: Store, query: RangeQuery, at: int) -> Vector:
    """A sum over everything that no stage takes anything from: counted, not read."""
    first = at - int(query.seconds * SECOND)
    streams = store.chosen(query.query.matchers)
    count = sum(stream.count(first + 1, at + 1) for stream in streams)
    return {(): float(count)} if count else {}


def _aggregate(store: Store, query: Aggregate, at: int) -> Vector:
    inner = query.operand
    is_count = isinstance(inner, RangeQuery) and inner.function == "count_over_time"
    if (
        isinstance(inner, RangeQuery)
        and is_count
        and not inner.query.stages
        and (query.operator, query.labels, query.without) == ("sum", (), False)
    ):
        return _sum_of_all(store, inner, at)
    operand = evaluate(store, query.operand, at)
    if isinstance(operand, float):
        raise LogQLError("parse error : syntax error: unexpected NUMBER")
    groups: dict[Labels, list[float]] = {}
    for labels, value in operand.items():
        key = tuple(
            pair for pair in labels if (pair[0] in query.labels) is not query.without
        )
        groups.setdefault(key, []).append(value)
    reduce = _REDUCE[query.operator]
    return {key: float(reduce(values)) for key, values in groups.items()}


def _binary(store: Store, query: Binary, at: int) -> Vector | float:
    left = evaluate(store, query.left, at)
    right = evaluate(store, query.right, at)
    if isinstance(left, dict) and isinstance(right, dict):
        raise LogQLError("the lab's Loki joins no two vectors")
    if isinstance(left, dict) and isinstance(right, float):
        number = right
        return _mapped(query.operator, left, lambda value: (value, number))
    if isinstance(right, dict) and isinstance(left, float):
        other = left
        return _mapped(query.operator, right, lambda value: (other, value))
    if isinstance(left, float) and isinstance(right, float):
        if query.operator in _COMPARE:
            return float(_COMPARE[query.operator](left, right))
        return _OPERATORS[query.operator](left, right)
    raise AssertionError


def _mapped(
    name: str, vector: Vector, sides: Callable[[float], tuple[float, float]]
) -> Vector:
    if name in _COMPARE:
        return {k: v for k, v in vector.items() if _COMPARE[name](*sides(v))}
    return {k: _OPERATORS[name](*sides(v)) for k, v in vector.items()}
