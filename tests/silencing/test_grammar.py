from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.silence import Matcher
from tui.silencing import grammar


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ('job="kube-proxy"', Matcher("job", "kube-proxy")),
        ("job = kube-proxy", Matcher("job", "kube-proxy")),
        ("  job=two words ", Matcher("job", "two words")),
        ('job!="a"', Matcher("job", "a", is_equal=False)),
        ('job=~"a|b"', Matcher("job", "a|b", is_regex=True)),
        ('job!~".*"', Matcher("job", ".*", is_regex=True, is_equal=False)),
        ('a="say \\"x\\""', Matcher("a", 'say "x"')),
        ('a="b\\\\c"', Matcher("a", "b\\c")),
        ('a=~"\\d+\\.x"', Matcher("a", "\\d+\\.x", is_regex=True)),
        ('a="one\\ntwo"', Matcher("a", "one\ntwo")),
        ('a="x, y"', Matcher("a", "x, y")),
        ('a="tête 🙂"', Matcher("a", "tête 🙂")),
        ("a=b\\", Matcher("a", "b\\")),
        ('"a b"="c"', Matcher("a b", "c")),
        ('"ä\\u00e9"="c\\td"', Matcher("äé", "c\td")),
        ("ключ=x", Matcher("ключ", "x")),
        ('a="\\u{202e}"', Matcher("a", "\u202e")),
        ("a=", Matcher("a", "")),
        ('a=""', Matcher("a", "")),
    ],
)
def test_matchers_are_read_as_alertmanager_reads_them(
    text: str, matcher: Matcher
) -> None:
    assert grammar.parse_matcher(text) == matcher


@pytest.mark.parametrize(
    "text",
    ["", "job", "=x", 'job=~"("', 'a="b', 'a=b"c', 'a="b"c"', '"a"="\\q"', "a b=c"],
)
def test_what_is_no_matcher_is_refused_in_words(text: str) -> None:
    with pytest.raises(grammar.WordingError):
        grammar.parse_matcher(text)


@given(name=st.text(min_size=1), value=st.text(), is_equal=st.booleans())
def test_what_is_written_is_read_back(name: str, value: str, *, is_equal: bool) -> None:
    matcher = Matcher(name, value, is_equal=is_equal)
    text = grammar.written(matcher)
    assert text.isprintable()
    assert grammar.parse_matcher(text) == matcher
    assert grammar.parse_matcher(str(matcher)) == matcher
    assert len(str(matcher).split("\n")) == 1


def test_an_odd_name_does_not_look_like_several_matchers() -> None:
    matcher = Matcher('a="b", c', "one\ntwo")
    assert str(matcher) == '"a=\\"b\\", c"="one\\ntwo"'


def test_several_are_divided_at_commas_outside_of_quotes() -> None:
    found = grammar.parse_matchers('{a="b,c", d=~"e|f",}')
    assert found == (Matcher("a", "b,c"), Matcher("d", "e|f", is_regex=True))


def test_an_argument_without_an_operator_is_the_name_of_an_alert() -> None:
    found = grammar.parse_arguments(["KubeProxyDown", "job=a,b"])
    assert found == (Matcher("alertname", "KubeProxyDown"), Matcher("job", "a,b"))


def test_a_name_in_quotes_is_no_name_that_has_quotes() -> None:
    assert grammar.parse_arguments(['"Kube Proxy"']) == (
        Matcher("alertname", "Kube Proxy"),
    )
    with pytest.raises(grammar.WordingError):
        grammar.parse_arguments(['Kube"Proxy'])


def test_white_space_that_go_does_not_know_is_part_of_a_value() -> None:
    assert grammar.parse_matcher(" a = \xa0b\u2003 ") == Matcher("a", "\xa0b\u2003")


def test_only_the_first_argument_may_be_a_bare_name() -> None:
    with pytest.raises(grammar.WordingError):
        grammar.parse_arguments(["job=a", "KubeProxyDown"])


@pytest.mark.parametrize(
    ("matchers", "is_refused"),
    [
        ((), True),
        ((Matcher("a", ""),), True),
        ((Matcher("a", ".*", is_regex=True),), True),
        ((Matcher("a", "x|", is_regex=True), Matcher("b", "")), True),
        ((Matcher("a", ""), Matcher("b", "c")), False),
        ((Matcher("a", "x", is_equal=False),), False),
    ],
)
def test_what_alertmanager_would_refuse_is_known_before_it_is_sent(
    matchers: tuple[Matcher, ...], *, is_refused: bool
) -> None:
    assert bool(grammar.refusal(matchers)) is is_refused


def test_what_is_too_long_to_be_read_is_refused_at_once() -> None:
    with pytest.raises(grammar.WordingError, match="longer than 16,384 characters"):
        grammar.parse_matcher('a="' + "x " * 500_000 + '"')


def test_a_brace_at_the_end_is_that_of_the_list_only_where_one_is_opened() -> None:
    twice = Matcher("a", "x{2}", is_regex=True)
    assert grammar.parse_matchers("a=~x{2}") == (twice,)
    assert grammar.parse_matchers("{b=c,a=~x{2}}") == (Matcher("b", "c"), twice)
    assert grammar.parse_matchers("b={c}") == (Matcher("b", "{c}"),)


@pytest.mark.parametrize("text", ["a=b\udcff", 'a="\\u{d800}"', '"\\ud800"=b'])
def test_what_no_utf8_can_say_is_no_matcher(text: str) -> None:
    with pytest.raises(grammar.WordingError):
        grammar.parse_matcher(text)
