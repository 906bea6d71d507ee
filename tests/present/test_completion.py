from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.estate import make_fleet
from tests.judged import ago, make_alert
from tui.model.alert import Judgement, Verdict
from tui.model.silence import Matcher
from tui.present.completion import (
    Completion,
    Vocabulary,
    accepted,
    lenient,
    turned,
)
from tui.silencing.grammar import WordingError, parse_matcher, written
from tui.silencing.reach import Reach


def complete(text: str, *others: Matcher, caret: int | None = None) -> Completion:
    words = Vocabulary(Reach.of(make_fleet(), "prod"))
    return words.complete(text, len(text) if caret is None else caret, others)


def texts(found: Completion) -> list[str]:
    return [each.text for each in found.candidates]


def test_labels_are_offered_with_the_number_of_alerts_that_have_them() -> None:
    first = complete("").candidates[0]
    assert (first.text, first.count) == ("alertname", 7)
    assert texts(complete("clu")) == ["cluster"]


def test_values_are_counted_among_alerts_that_the_other_matchers_let_pass() -> None:
    others = (Matcher("alertname", "KubeProxyDown"), Matcher("cluster", "prod"))
    found = {c.text: c.count for c in complete("cluster=", *others).candidates}
    assert found == {"agentic": 1, "prod": 1, "lab": 0, "monit": 0}


@pytest.mark.parametrize("head", ["cluster=", 'cluster="', "cluster =~ ", "cluster!="])
def test_values_are_offered_behind_every_operator(head: str) -> None:
    assert texts(complete(f"{head}mo")) == ["monit"]


def test_what_begins_with_the_typed_goes_before_what_only_holds_it() -> None:
    found = complete("ce")
    assert found.candidates
    assert not found.is_sure
    assert complete("al").is_sure


def test_nothing_is_offered_where_all_is_typed() -> None:
    assert texts(complete('cluster="prod"')) == []
    assert texts(complete('cluster="monit')) == []
    assert texts(complete("cluster!")) == []


def test_labels_of_rules_and_silences_are_offered_although_nothing_fires() -> None:
    silences = make_fleet().silences
    words = Vocabulary(Reach((), silences))
    assert texts(words.complete("", 0, ())) == ["alertname", "cluster"]
    assert texts(words.complete("cluster=", 8, ())) == ["prod"]


def test_of_very_many_all_are_listed() -> None:
    judged = Judgement(Verdict.REAL, "")
    alerts = [
        make_alert("A", "prod", judged, ago(hours=1), instance=f"h{n:04}")
        for n in range(2_000)
    ]
    found = Vocabulary(Reach(alerts)).complete("instance=h", 10, ())
    assert len(found.candidates) == 2_000


def test_a_label_that_is_taken_waits_for_its_value() -> None:
    assert accepted("clu", 3, "cluster") == ("cluster=", 8)
    assert accepted('clu="prod"', 3, "cluster") == ('cluster="prod"', 8)


def test_a_value_that_is_taken_closes_its_quotes() -> None:
    assert accepted("cluster=pr", 10, "prod") == ('cluster="prod"', 14)
    assert accepted('cluster!="pr', 12, "prod") == ('cluster!="prod"', 15)


def test_in_an_expression_the_last_alternative_is_taken_and_escaped() -> None:
    text, caret = accepted('instance=~"a|10', 15, "10.0.0.1")
    assert parse_matcher(text).value == r"a|10\.0\.0\.1"
    assert text[caret:] == '"'


def test_an_alternative_that_is_there_is_not_offered_again() -> None:
    assert "prod" not in texts(complete('cluster=~"prod|'))
    assert "prod" in texts(complete("cluster=~"))


def test_a_missing_quote_is_forgiven_while_one_types() -> None:
    assert lenient('cluster="pro') == Matcher("cluster", "pro")
    with pytest.raises(WordingError):
        lenient("cluster")


@pytest.mark.parametrize("sign", ["!", "~"])
@given(value=st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"])))
def test_an_operator_turned_twice_is_as_it_was(sign: str, value: str) -> None:
    matcher = Matcher("a", value)
    assert turned(turned(matcher, sign), sign) == matcher


@given(st.text(), st.integers(0, 20))
def test_no_text_breaks_the_completion(text: str, caret: int) -> None:
    found = complete(text, caret=min(caret, len(text)))
    for each in found.candidates[:1]:
        accepted(text, min(caret, len(text)), each.text)


@given(st.text(min_size=1))
def test_every_value_that_is_taken_is_read_back(value: str) -> None:
    text, _ = accepted("cluster=", 8, value)
    assert parse_matcher(text) == Matcher("cluster", value)
    assert written(parse_matcher(text)) == text
