"""Every series that a query reads is held to one cluster, or the query is refused."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from tui.model.promql import Read, held_to, reads
from tui.model.silence import Matcher

PROD = (Matcher("cluster", "prod"),)

HELD = [
    ("up", 'up{cluster="prod"}'),
    ("up{}", 'up{cluster="prod"}'),
    ('up{job="a",}', 'up{cluster="prod",job="a",}'),
    ('{__name__="up"}', '{cluster="prod",__name__="up"}'),
    ('{"my.metric","my.label"="x"}', '{cluster="prod","my.metric","my.label"="x"}'),
    ("job:up:sum", 'job:up:sum{cluster="prod"}'),
    ("-up", '-up{cluster="prod"}'),
    ("time() - backup_at", 'time() - backup_at{cluster="prod"}'),
    ("SUM(up) BY (job)", 'SUM(up{cluster="prod"}) BY (job)'),
    ("sum by (job) (up)", 'sum by (job) (up{cluster="prod"})'),
    ("count(up == bool 1)", 'count(up{cluster="prod"} == bool 1)'),
    ("rate(errors_total[5m])", 'rate(errors_total{cluster="prod"}[5m])'),
    ("max_over_time(sum(up)[1h:5m])", 'max_over_time(sum(up{cluster="prod"})[1h:5m])'),
    ("a / on (node) group_left (x) b", None),
    ("a / on(node) group_left b", None),
    ("a and on() b", 'a{cluster="prod"} and on() b{cluster="prod"}'),
    ("up # all of them", 'up{cluster="prod"}'),
    ("up # }\n + 1", 'up{cluster="prod"} # }\n + 1'),
    ("up * 1e-3 > bool 0x1f", 'up{cluster="prod"} * 1e-3 > bool 0x1f'),
    ('up{job=~"a{2}|\\"b"}', 'up{cluster="prod",job=~"a{2}|\\"b"}'),
]


@pytest.mark.parametrize(("expression", "held"), HELD)
def test_every_selector_gets_the_cluster(expression: str, held: str | None) -> None:
    found = held_to(expression, PROD)
    if held is not None:
        assert found == held
    metrics = found.count("{")
    assert found.count('cluster="prod"') == metrics - ("a{2}" in expression)
    assert metrics


REFUSED = [
    ("absent(up)", "makes evidence of what is missing"),
    ("absent_over_time(up[5m])", "makes evidence of what is missing"),
    ("up or vector(0)", "makes evidence of what is missing"),
    ("scalar(broken) == bool 1", "scalar makes evidence of what is missing"),
    ("up unless broken", "makes evidence of what is missing"),
    ("sum(vector(1)) + sum(up)", "vector makes evidence"),
    ("up == 1", "leaves out what speaks against it at '=='"),
    ("min(up >= 1)", "write >= bool, which is 1 or 0"),
    ("a and b < 2", "leaves out what speaks against it"),
    ("up offset 1w", "asks of another time"),
    ("up @ 1609746000", "asks of another time"),
    ("last_over_time(up[7d])", "another time than now"),
    ("1 > bool 0", "reads no series"),
    ("time()", "reads no series"),
    ("hour() > 21", "hour() is not known"),
    ("info(up)", "info() is not known"),
    ("label_values(up, job)", "label_values() is not known"),
    ('up{job="a" or job="b"}', "not understood at 'or'"),
    ("sum", "ends too early"),
    ('sum{job="a"}', "not understood"),
    ("and{}", "not understood"),
    ("up up", "not understood"),
    ("up{", "ends too early"),
    ("up)", "not understood"),
    ("up[5m", "not understood"),
    ("up[$__range]", "not understood"),
    ('"a text"', "reads no series"),
    ("", "ends too early"),
    ("WITH (x = up) x", "WITH() is not known"),
    ("group_left(up)", "not known"),
]


@pytest.mark.parametrize(("expression", "why"), REFUSED)
def test_what_would_prove_nothing_is_refused(expression: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        held_to(expression, PROD)


def test_a_value_is_quoted_as_promql_has_it() -> None:
    odd = (Matcher("cluster", 'a"b\\c\n', is_equal=False),)
    assert held_to("up", odd) == 'up{cluster!="a\\"b\\\\c\\n"}'


def test_a_cluster_without_marks_leaves_a_query_as_it_is() -> None:
    assert held_to('sum(up{job="a"}) / sum(up)', ()) == 'sum(up{job="a"}) / sum(up{})'


READS = [
    ("time() - backup_at", [Read("backup_at{}")]),
    (
        'up{job="a"} / on (x) {__name__="b"}',
        [Read('up{job="a"}'), Read('{__name__="b"}')],
    ),
    ("up + up", [Read("up{}")]),
    ("up + rate(up[1h30m])", [Read("up{}"), Read("up{}", 5_400_000)]),
    (
        "max_over_time(sum(rate(a[5m]) / b)[1h:1m])",
        [Read("a{}", 3_900_000), Read("b{}", 3_600_000)],
    ),
    ("max_over_time(a[ 10ms : ]) + b", [Read("a{}", 10), Read("b{}")]),
]


@pytest.mark.parametrize(("expression", "found"), READS)
def test_what_an_expression_reads_is_known(expression: str, found: list[Read]) -> None:
    assert [replace(each, target="") for each in reads(expression, ())] == found


def test_of_a_selector_what_is_about_targets_is_asked_of_them() -> None:
    (read,) = reads('sum(a{mode="idle",instance=~"x.*",job!="b"})', PROD)
    assert read.target == 'cluster="prod",instance=~"x.*",job!="b"'
    assert read.down == (
        f'count(up{{{read.target}}} == 0 and on (job) a{{cluster="prod",mode="idle",'
        'instance=~"x.*",job!="b"})'
    )
    assert reads("a", ())[0].down == "count(up{} == 0 and on (job) a{})"


def test_when_a_series_was_written_and_whether_it_ended_is_asked_of_a_server() -> None:
    read = Read('up{job="a"}', 5_000)
    assert read.last_written == 'min(timestamp(up{job="a"}))'
    assert read.ended == (
        'count(count_over_time(up{job="a"}[5000ms]) unless up{job="a"})'
    )
