from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.re2 import PatternError, compiled


@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        ("kube-.*", ["kube-", "kube-proxy"], ["kube", "a kube-proxy", "kube-\n"]),
        ("a|b|", ["a", "b", ""], ["ab"]),
        ("(a|bc)+d?", ["a", "bcbca", "ad"], ["", "d", "b"]),
        (r"10\.0\.0\.1:\d+", ["10.0.0.1:9100"], ["10x0.0.1:9", "10.0.0.1:٣"]),
        (r"\w+\s\w+", ["a b", "a\tb"], ["a\vb", "ä b", "a\xa0b"]),
        ("[[:space:]]", ["\v", " "], ["\xa0", "a"]),
        ("[^[:alpha:]x]", ["1", "\n", "é"], ["x", "A", ""]),
        ("[]a-]+", ["]a-"], ["b"]),
        ("[--/]", ["-", ".", "/"], ["0"]),
        ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
        ("a{2}", ["aa"], ["a", "aaa"]),
        ("a{2,}", ["aa", "aaaaa"], ["a"]),
        ("a{,2}", ["a{,2}"], ["a", "aa"]),
        ("a{02}", ["a{02}"], ["aa"]),
        ("(?i)KUBE", ["kube", "Kube", "\u212aube"], ["kub"]),
        ("(?i)ß", ["ß", "ẞ"], ["ss"]),
        ("(?i)i", ["I"], ["İ", "ı"]),
        (r"(?i)\p{Lu}", ["ß", "ς", "a"], ["1"]),
        ("(?i)Ǆ", ["ǅ", "ǆ"], []),
        ("a(?i)b|c", ["ab", "aB", "C"], ["Ab"]),
        ("(?i:a)b", ["Ab"], ["AB"]),
        ("(?i)a(?-i)b", ["Ab"], ["aB"]),
        ("(?i)[^a]", ["b"], ["a", "A"]),
        (".", ["a", "🙂"], ["\n", ""]),
        ("(?s).", ["\n"], [""]),
        ("(?m)a$\n^b", ["a\nb"], ["ab"]),
        ("a$", ["a"], ["a\n"]),
        ("$a", [], ["a", ""]),
        (r"a\z", ["a"], []),
        (r"\ba\b", ["a"], []),
        (r"a\B.*", ["ab"], ["a", "a b"]),
        (r"\B", [""], ["a"]),
        (r"\Qa.b\E+", ["a.b", "a.bb"], ["axb"]),
        (r"\x41\x{1F642}\101\0", ["A🙂A\0"], ["A"]),
        (r"\pL+\d", ["ñandú1", "Я1"], ["1", "-1"]),
        (r"\P{Lu}", ["a", "1"], ["A", "É"]),
        (r"[\p{^Nd}]", ["a"], ["1", "٣"]),
        ("(?P<name>x)", ["x"], []),
        ("(?U)a+", ["aa"], [""]),
        ("a*?b+?c??", ["aab", "bc"], ["a"]),
        ("}]", ["}]"], ["}"]),
        ("^*a", ["a"], []),
        ("()", [""], ["a"]),
    ],
)
def test_an_expression_matches_what_alertmanager_says_it_does(
    pattern: str, hits: list[str], misses: list[str]
) -> None:
    assert [text for text in hits if not compiled(pattern).matches(text)] == []
    assert [text for text in misses if compiled(pattern).matches(text)] == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?=a)", "no look-ahead"),
        ("(?!a)", "no look-ahead"),
        ("(?<=a)", "no look-behind"),
        ("(?<!a)", "no look-behind"),
        (r"(a)\1", "invalid escape"),
        ("(?P=a)", "invalid perl operator"),
        ("(?>a)", "no atomic groups"),
        ("(?x)a", "invalid perl operator"),
        (r"\C", "invalid escape"),
        (r"\Z", "invalid escape"),
        (r"[a-\d]", "invalid"),
        ("a**", "bad repetition"),
        ("*a", "no argument"),
        ("a{1001}", "invalid repetition size"),
        ("[b-a]", "invalid character class range"),
        ("(a", "missing"),
        ("a)", "unexpected"),
        ("[a", "missing"),
        ("a\\", "trailing"),
        ("[[:foo:]]", "invalid character class"),
        (r"\p{lower}", "invalid character class"),
    ],
)
def test_what_re2_cannot_do_is_refused_in_words(pattern: str, words: str) -> None:
    with pytest.raises(PatternError, match=words):
        compiled(pattern)


def test_a_backslash_before_a_c_is_no_byte() -> None:
    assert compiled(r"\\C").matches("\\C")


def test_nothing_that_is_typed_takes_for_ever() -> None:
    assert not compiled("(a*)*b").matches("a" * 5_000)
    assert not compiled("(a|a|aa)+$x").matches("a" * 5_000)


def test_deep_nesting_breaks_nothing() -> None:
    assert compiled("(" * 5_000 + ")" * 5_000).matches("")


def test_half_a_character_is_a_text_like_any_other() -> None:
    assert not compiled("a").matches("\ud800")


def test_a_line_filter_looks_anywhere() -> None:
    assert compiled("(?i)iscsi.*lost").is_in("an iSCSI session was lost.")
    assert not compiled("^lost").is_in("it was lost")


ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "c",
        ".",
        "[ab]",
        "[^a]",
        "(a|b)",
        "(?:ab|c)",
        "a{2}",
        "(b|)",
        r"\w",
        "^",
    ]
)
PATTERNS = st.lists(
    st.tuples(ATOMS, st.sampled_from(["", "*", "+", "?", "*?", "{1,2}"])),
    min_size=1,
    max_size=5,
).map(lambda parts: "".join(f"(?:{atom}){times}" for atom, times in parts))


@given(st.lists(PATTERNS, min_size=1, max_size=3), st.text("abc\n ", max_size=8))
def test_where_python_reads_the_same_language_both_agree(
    patterns: list[str], text: str
) -> None:
    pattern = "|".join(patterns)
    agreed = re.fullmatch(pattern, text) is not None
    assert compiled(pattern).matches(text) is agreed


@pytest.mark.parametrize(
    "pattern",
    ["", ".*", "a|b", "(a|b)+", "[^a]*", r"(?s).*a", r"[\pL\pN]{200}.*", r"\pL{99}|x"],
)
def test_many_texts_are_matched_as_each_alone(pattern: str) -> None:
    """The large ones are more than RE2 takes where it tries many texts."""
    texts = ["", "a", "ab", "é", "a\n", "\ud800", "x", "b" * 99, "ä1" * 150]
    alone = [text for text in texts if compiled(pattern).matches(text)]
    assert compiled(pattern).among(texts) == alone
