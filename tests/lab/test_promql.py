"""PromQL over three series whose values are known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pytest

from tests.lab.conftest import NOW
from tui.lab.matchers import Matcher, all_match
from tui.lab.promql import (
    EvaluationError,
    Evaluator,
    Labels,
    Value,
    freeze,
    last_scrape,
    number,
)
from tui.lab.promql_parser import ParseError, parse, seconds

_SERIES = (
    ({"__name__": "up", "job": "a", "instance": "1"}, 1.0),
    ({"__name__": "up", "job": "a", "instance": "2"}, 0.0),
    ({"__name__": "up", "job": "b", "instance": "3"}, 1.0),
)


class _Fixed:
    def at(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], float]]:
        del instant
        return [one for one in _SERIES if all_match(matchers, one[0])]

    def totals(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> tuple[int, float]:
        values = [value for _, value in self.at(matchers, instant)]
        return len(values), sum(values)

    def written(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], datetime]]:
        at = last_scrape(instant)
        return [(labels, at) for labels, _ in self.at(matchers, instant)]

    def over(
        self, matchers: tuple[Matcher, ...], moments: Sequence[datetime]
    ) -> dict[Labels, list[tuple[datetime, float]]]:
        found: dict[Labels, list[tuple[datetime, float]]] = {}
        for moment in moments:
            for labels, value in self.at(matchers, moment):
                found.setdefault(freeze(labels), []).append((moment, value))
        return found


def ask(expression: str) -> Value:
    return Evaluator(_Fixed(), NOW).value(parse(expression))


def plain(expression: str) -> dict[str, float]:
    """The answer by its label values alone."""
    value = ask(expression)
    assert isinstance(value, dict)
    return {"/".join(v for _, v in labels): number for labels, number in value.items()}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("sum(up)", {"": 2}),
        ("sum by (job) (up)", {"a": 1, "b": 1}),
        ("sum(up) by (job)", {"a": 1, "b": 1}),
        ("count without (instance) (up)", {"a": 2, "b": 1}),
        ("count(up == 0) by (job)", {"a": 1}),
        ('sum(up{job="none"})', {}),
        ("up == 0", {"up/2/a": 0}),
        ("up != bool 1", {"1/a": 0, "2/a": 1, "3/b": 0}),
        ("vector(1)", {"": 1}),
        ('absent(up{job="x"})', {"x": 1}),
        ('absent(up{job="x"} == 1)', {"": 1}),
        ('absent(up{job="a"} == 1)', {}),
        ('up{job=~"a|c",instance!="1"}', {"up/2/a": 0}),
        ("100 * (count by (job) (up == 0) / count by (job) (up)) > 10", {"a": 50}),
        ('up{job="a"} and on (job) up{job="b"}', {}),
        ('up{job="a"} unless on (job) up{job="b"}', {"up/1/a": 1, "up/2/a": 0}),
        ("-sum(up)", {"": -2}),
        ('count_over_time(up{instance="3"}[45s])', {"3/b": 4}),
        ('avg_over_time(up{instance="2"}[1m])', {"2/a": 0}),
        ("min(timestamp(up))", {"": last_scrape(NOW).timestamp()}),
        ("timestamp(sum(up))", {"": NOW.timestamp()}),
    ],
)
def test_an_expression_has_the_answer_prometheus_would_give(
    expression: str, answer: dict[str, float]
) -> None:
    assert plain(expression) == answer


def test_scalars_and_strings_are_values_of_their_own() -> None:
    assert ask("1 + 2 * 3") == 7
    assert ask("scalar(sum(up))") == 2
    assert math.isnan(float(str(ask("scalar(up)"))))
    assert ask('"hello"') == "hello"


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("", "1:1: parse error: no expression found in input"),
        ("up{", "1:4: parse error: unexpected end of input inside braces"),
        ("nosuch(up)", '1:1: parse error: unknown function with name "nosuch"'),
        (
            "changes(up)",
            "1:9: parse error: expected type range vector in call to function "
            '"changes", got instant vector',
        ),
    ],
)
def test_a_bad_expression_is_refused_in_prometheus_words(
    expression: str, error: str
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(expression)
    assert str(caught.value) == error


def test_many_to_many_matching_is_refused() -> None:
    with pytest.raises(EvaluationError, match="many-to-many"):
        ask("up * on (job) up")


def test_durations_add_up() -> None:
    assert seconds("1h30m") == 5400
    with pytest.raises(ValueError, match="soon"):
        seconds("soon")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.5, "0.5"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_sample_is_written_as_text(value: float, text: str) -> None:
    assert number(value) == text
