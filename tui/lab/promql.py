"""Evaluates PromQL trees over series that someone else supplies."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, assert_never

from msgspec import Struct

from tui.lab.matchers import Matcher
from tui.lab.promql_parser import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Call,
    Expression,
    Number,
    Selector,
    Text,
)

Labels = tuple[tuple[str, str], ...]
Vector = dict[Labels, float]
Value = Vector | float | str


class EvaluationError(ValueError):
    """A query that parses and cannot be answered: Prometheus' `execution`."""


class Series(Protocol):
    """Where samples come from."""

    def at(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], float]]:
        """The series that match, with their newest value at an instant."""
        ...

    def totals(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> tuple[int, float]:
        """How many they are, and the sum of their values."""
        ...

    def written(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], datetime]]:
        """Those of `at`, with when that value was scraped."""
        ...

    def over(
        self, matchers: tuple[Matcher, ...], moments: Sequence[datetime]
    ) -> dict[Labels, list[tuple[datetime, float]]]:
        """The samples that match at these moments, which rise."""
        ...


# Prometheus scrapes every ten seconds: the grid on which a range has its samples.
SCRAPE = timedelta(seconds=10)


def last_scrape(instant: datetime) -> datetime:
    """The newest moment of that grid."""
    late = timedelta(seconds=instant.timestamp() % SCRAPE.total_seconds())
    return instant - late


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else _by_zero(a),
    "%": lambda a, b: math.fmod(a, b) if b else math.nan,
}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_REDUCE: Mapping[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "count": len,
    "min": min,
    "max": max,
    "avg": lambda values: math.fsum(values) / len(values),
    "group": lambda _: 1.0,
    "last": lambda values: values[-1],
    "present": lambda _: 1.0,
}


def _by_zero(value: float) -> float:
    return math.nan if value == 0 else math.copysign(math.inf, value)


def freeze(labels: Mapping[str, str]) -> Labels:
    """A label set as a key: sorted, without empty values."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def _without_name(labels: Labels) -> Labels:
    return tuple(pair for pair in labels if pair[0] != "__name__")


class Evaluator(Struct, frozen=True):
    """Evaluates at one instant."""

    series: Series
    instant: datetime

    def value(self, tree: Expression) -> Value:
        """What an expression is; raises EvaluationError."""
        match tree:
            case Number(value):
                return value
            case Text(text):
                return text
            case Selector(matchers):
                found = self.series.at(matchers, self.instant)
                return {freeze(labels): value for labels, value in found}
            case Call():
                return self._call(tree)
            case Aggregate():
                return self._aggregate(tree)
            case Binary():
                return self._binary(tree)
            case _:
                assert_never(tree)

    def matrix(self, tree: Selector) -> dict[Labels, list[tuple[datetime, float]]]:
        """The samples of a range selector, oldest first."""
        first = self.instant - timedelta(seconds=tree.range_seconds)
        moments = []
        moment = last_scrape(self.instant)
        while moment > first:
            moments.append(moment)
            moment -= SCRAPE
        return self.series.over(tree.matchers, moments[::-1])

    def _vector(self, tree: Expression, context: str) -> Vector:
        value = self.value(tree)
        if isinstance(value, dict):
            return value
        raise EvaluationError(f"expected type instant vector in {context}, got scalar")

    def _call(self, call: Call) -> Value:
        name = call.function
        if name == "time":
            return self.instant.timestamp()
        argument = call.arguments[0]
        if name.endswith("_over_time") or name == "changes":
            return self._over_time(name, argument)
        if name == "timestamp":
            return self._timestamps(argument)
        if name == "vector":
            return {(): _number(self.value(argument))}
        return self._of_vector(name, argument)

    def _of_vector(self, name: str, argument: Expression) -> Value:
        vector = self._vector(argument, name)
        if name == "absent":
            return {} if vector else {_absent(argument): 1.0}
        if name == "scalar":
            return next(iter(vector.values())) if len(vector) == 1 else math.nan
        is_falling = name == "sort_desc"
        pairs = sorted(vector.items(), key=lambda pair: pair[1], reverse=is_falling)
        return dict(pairs)

    def _timestamps(self, argument: Expression) -> Vector:
        """Of what is no selector, when it was evaluated."""
        if not isinstance(argument, Selector):
            found = self._vector(argument, "timestamp")
            return {_without_name(key): self.instant.timestamp() for key in found}
        written = self.series.written(argument.matchers, self.instant)
        return {_without_name(freeze(one)): at.timestamp() for one, at in written}

    def _over_time(self, name: str, argument: Expression) -> Vector:
        if not isinstance(argument, Selector):
            raise EvaluationError(f"{name} wants a range vector")
        found: Vector = {}
        for labels, samples in self.matrix(argument).items():
            values = [value for _, value in samples]
            if name == "changes":
                result = float(sum(a != b for a, b in pairwise(values)))
            else:
                result = float(_REDUCE[name.removesuffix("_over_time")](values))
            key = labels if name == "last_over_time" else _without_name(labels)
            found[key] = result
        return found

    def _aggregate(self, tree: Aggregate) -> Vector:
        if isinstance(tree.operand, Selector) and _is_total(tree):
            count, total = self.series.totals(tree.operand.matchers, self.instant)
            found = float(count) if tree.operator == "count" else total
            return {(): found} if count else {}
        groups: dict[Labels, list[float]] = {}
        for labels, value in self._vector(tree.operand, tree.operator).items():
            key = _projection(_without_name(labels), tree.labels, without=tree.without)
            groups.setdefault(key, []).append(value)
        reduce = _REDUCE[tree.operator]
        return {key: float(reduce(values)) for key, values in groups.items()}

    def _binary(self, tree: Binary) -> Value:
        left, right = self.value(tree.left), self.value(tree.right)
        if isinstance(left, str) or isinstance(right, str):
            raise EvaluationError(
                "binary expression must contain only scalar and instant vector types"
            )
        if isinstance(left, dict) and isinstance(right, dict):
            return _both_vectors(tree, left, right)
        if tree.operator in SET_OPERATORS:
            raise EvaluationError(
                f'set operator "{tree.operator}" not allowed in binary scalar '
                "expression"
            )
        if isinstance(left, dict):
            return _with_scalar(tree, left, lambda value: (value, _number(right)))
        if isinstance(right, dict):
            return _with_scalar(tree, right, lambda value: (_number(left), value))
        if tree.operator in COMPARISONS:
            return float(_COMPARE[tree.operator](left, right))
        return _ARITHMETIC[tree.operator](left, right)


def _is_total(tree: Aggregate) -> bool:
    """Whether it takes all series together, without looking at any of them."""
    return tree.operator in {"sum", "count"} and not tree.labels and not tree.without


def _number(value: Value) -> float:
    if isinstance(value, float):
        return value
    raise EvaluationError("expected a scalar")


def _projection(labels: Labels, names: tuple[str, ...], *, without: bool) -> Labels:
    return tuple(pair for pair in labels if (pair[0] in names) is not without)


def _absent(argument: Expression) -> Labels:
    """absent() copies labels only from a plain selector's equality matchers."""
    if not isinstance(argument, Selector):
        return ()
    wanted = {m.name: m.value for m in argument.matchers if m.operator == "="}
    wanted.pop("__name__", None)
    return freeze(wanted)


def _with_scalar(
    tree: Binary, vector: Vector, sides: Callable[[float], tuple[float, float]]
) -> Vector:
    found: Vector = {}
    for labels, value in vector.items():
        left, right = sides(value)
        if tree.operator not in COMPARISONS:
            found[_without_name(labels)] = _ARITHMETIC[tree.operator](left, right)
        elif tree.returns_bool:
            is_true = _COMPARE[tree.operator](left, right)
            found[_without_name(labels)] = float(is_true)
        elif _COMPARE[tree.operator](left, right):
            found[labels] = value
    return found


def _match_key(tree: Binary, labels: Labels) -> Labels:
    plain = _without_name(labels)
    if tree.on is None:
        return plain
    return _projection(plain, tree.on, without=tree.ignoring)


def _both_vectors(tree: Binary, left: Vector, right: Vector) -> Vector:
    keys = {_match_key(tree, labels) for labels in right}
    if tree.operator == "and":
        return {k: v for k, v in left.items() if _match_key(tree, k) in keys}
    if tree.operator == "unless":
        return {k: v for k, v in left.items() if _match_key(tree, k) not in keys}
    if tree.operator == "or":
        mine = {_match_key(tree, labels) for labels in left}
        rest = {k: v for k, v in right.items() if _match_key(tree, k) not in mine}
        return {**left, **rest}
    if len(keys) < len(right) or len({_match_key(tree, k) for k in left}) < len(left):
        raise EvaluationError(
            "found duplicate series for the match group; many-to-many matching not "
            "allowed: matching labels must be unique on one side"
        )
    by_key = {_match_key(tree, labels): value for labels, value in right.items()}
    found: Vector = {}
    for labels, value in left.items():
        key = _match_key(tree, labels)
        if key in by_key:
            found.update(_paired(tree, labels, value, by_key[key]))
    return found


def _paired(tree: Binary, labels: Labels, left: float, right: float) -> Vector:
    key = _match_key(tree, labels)
    if tree.operator not in COMPARISONS:
        return {key: _ARITHMETIC[tree.operator](left, right)}
    is_true = _COMPARE[tree.operator](left, right)
    if tree.returns_bool:
        return {key: float(is_true)}
    return {labels: left} if is_true else {}


def number(value: float) -> str:
    """A sample's value as Prometheus writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
