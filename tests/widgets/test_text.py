from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.text import clean, cut, first_fitting, width_of, wrap
from widgets.values import Cut, Span, Tone

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain [bold]text[/nope]", "plain [bold]text[/nope]"),
        ("\x1b[31mred\x1b[0m", "?red?"),
        ("\x1b]0;title\x07x", "?x"),
        ("\x1b]8;;http://a\x1b\\link", "?link"),
        ("tab\there", "tab here"),
        ("two\nlines\r", "two?lines?"),
        ("abc\u202egnp.exe", "abc?gnp.exe"),
        ("a\u200bb\ufeff", "a?b?"),
        ("lone \ud800 surrogate", "lone ? surrogate"),
        ("漢字 e\u0301 " + FAMILY, "漢字 e\u0301 " + FAMILY),
    ],
)
def test_what_could_steer_the_terminal_becomes_visible(raw: str, shown: str) -> None:
    assert clean(raw, "?") == shown


def test_combining_characters_that_are_piled_up_are_left_out() -> None:
    piled = "q" + "\u0301" * 500 + "wide 漢" + "\u20dd" * 9
    assert clean(piled, "?") == "q\u0301\u0301\u0301wide 漢\u20dd\u20dd\u20dd"


def test_syllables_of_another_script_are_not_taken_for_a_pile() -> None:
    text = "कार्यक्रम विफल रहा — ล้มเหลว"
    assert clean(text, "?") == text


@given(st.text())
def test_clean_text_can_be_encoded_and_has_no_control_characters(raw: str) -> None:
    shown = clean(raw, "?")
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert shown.encode().decode() == shown


def test_a_text_that_fits_is_not_cut() -> None:
    assert cut("漢字", 4, "…") == "漢字"


def test_a_long_text_loses_its_end() -> None:
    assert cut("BTRFSCorruptionDetected", 10, "…") == "BTRFSCorr…"


def test_a_long_name_can_lose_its_middle() -> None:
    assert cut("kube-system/cilium-x7k2p", 13, "…", Cut.MIDDLE) == "kube-s…-x7k2p"


def test_a_wide_character_is_never_drawn_in_half() -> None:
    assert cut("漢字漢字", 4, "…") == "漢 …"


def test_a_middle_cut_leaves_no_combining_character_alone() -> None:
    assert cut("abcdefgh" + "e\u0301xyz", 8, "~", Cut.MIDDLE) == "abcd~xyz"


@given(st.text(max_size=60), st.integers(0, 20), st.sampled_from(Cut))
def test_a_cut_text_is_never_wider_than_its_room(
    raw: str, width: int, where: Cut
) -> None:
    assert width_of(cut(clean(raw, "?"), width, "…", where)) <= width


def words(*lines: tuple[Span, ...]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def test_lines_break_at_spaces_and_continue_indented() -> None:
    line = (Span("proxmox-carrick: "), Span("not an expected absence"))
    assert words(*wrap(line, 22, 4)) == [
        "proxmox-carrick: not ",
        "    an expected ",
        "    absence",
    ]


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert words(*wrap((Span("a" * 25),), 10)) == ["a" * 10, "a" * 10, "a" * 5]


@pytest.mark.parametrize("width", range(28, 60))
def test_a_url_is_broken_between_its_parts_and_stays_whole(width: int) -> None:
    url = "https://runbooks.example.dev/runbooks/kubernetes/kubeclienterrors?a=1&b=2"
    lines = words(*wrap((Span(url),), width))
    assert "".join(lines) == url
    assert all(each[-1] in "/?&" or url[url.index(each) + len(each)] in "/?&"
               for each in lines[:-1])  # fmt: skip


def test_a_word_longer_than_any_line_begins_where_there_is_room() -> None:
    line = (Span("url"), Span("  "), Span("https://runbooks.example.dev/a/b"))
    assert words(*wrap(line, 26, 5)) == [
        "url  https://",
        "     runbooks.example.dev/",
        "     a/b",
    ]


def test_words_of_one_tone_are_one_span() -> None:
    lines = wrap((Span("one two three four", Tone.GOOD), Span("!")), 8)
    assert [len(line) for line in lines] == [1, 1, 2]


def test_wrapping_keeps_the_tone_of_each_word() -> None:
    lines = wrap((Span("one two", Tone.GOOD), Span(" three", Tone.CRITICAL)), 8)
    assert {span.tone for span in lines[1]} == {Tone.CRITICAL}


def test_an_empty_line_is_still_a_line() -> None:
    assert wrap((), 10) == ((),)


@given(st.text(max_size=80), st.integers(2, 30), st.integers(0, 10))
def test_no_wrapped_line_is_wider_than_its_room(
    raw: str, width: int, indent: int
) -> None:
    lines = wrap((Span(clean(raw, "?")),), width, indent)
    assert all(sum(width_of(s.text) for s in line) <= width for line in lines)


def test_nothing_but_combining_characters_is_wrapped_too() -> None:
    piled = "\u0301" * 4_000
    lines = wrap((Span(piled),), 58)
    assert "".join(span.text for line in lines for span in line) == piled


def test_of_some_lines_the_first_is_taken_that_has_room_in_cells() -> None:
    lines = [(Span("東京"), Span("群れ")), (Span("東京"),), (Span("東"),)]
    assert first_fitting(lines, 8) == lines[0]
    assert first_fitting(lines, 7) == lines[1]
    assert first_fitting(lines, 1) == lines[2]
