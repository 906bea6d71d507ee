from __future__ import annotations

import pytest

from tui.model.attention import ALERT, HIDDEN, Real
from tui.model.fleet import Standing
from tui.present import calling


def real(name: str = "KubeProxyDown", kind: str = ALERT, reason: str = "why") -> Real:
    return Real((kind, name), kind, "prod", name, reason)


def test_the_first_thing_is_told_and_how_many_more() -> None:
    assert calling.words([real()]) == "prod: KubeProxyDown: why"
    assert calling.words([real(), real("B"), real("C")]).endswith(" (and 2 more)")
    said = calling.words([real(kind=HIDDEN)])
    assert said == "REAL, HIDDEN: prod: KubeProxyDown: why"


def test_a_long_reason_is_cut_but_not_the_number_of_others() -> None:
    said = calling.words([real(reason="x" * 5000), real("B")])
    assert len(said) == 200
    assert said.endswith("x (and 1 more)")


def test_text_from_outside_cannot_end_the_sequence() -> None:
    said = calling.words([real(name="a\x07\x1b]0;owned\x07\x9c\n", reason="\x1b\\")])
    for bad in ("\x07", "\x1b", "\x9c", "\n"):
        assert bad not in said
    shown = calling.notification(said, {"TERM": "xterm-256color"})
    assert shown.startswith("\x1b]9;taloscope: ")
    assert shown.count("\x1b") == shown.count("\x07") == 1


@pytest.mark.parametrize(
    ("environ", "begins", "ends"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b]9;taloscope: ", "hi\x07"),
        ({"TERM": "foot"}, "\x1b]777;notify;taloscope;", "hi\x07"),
        ({"TERM": "xterm", "VTE_VERSION": "7600"}, "\x1b]777;", "hi\x07"),
        ({"TERM": "tmux", "TMUX": "/t"}, "\x1bPtmux;\x1b\x1b]9;", "hi\x07\x1b\\"),
        ({"TERM": "screen", "STY": "1.a"}, "\x1bP\x1b]9;", "hi\x07\x1b\\"),
    ],
)
def test_the_terminal_is_told_in_its_own_way(
    environ: dict[str, str], begins: str, ends: str
) -> None:
    said = calling.notification("hi", environ)
    assert said.startswith(begins)
    assert said.endswith(ends)


def test_the_window_says_where_something_is_real() -> None:
    calm = [("prod", Standing.QUIET), ("monit", Standing.UNJUDGED)]
    assert calling.title(calm, 0) == "taloscope"
    bad = [("prod", Standing.REAL), ("monit", Standing.REAL)]
    assert calling.title(bad, 0) == "taloscope: real in prod, monit"
    assert calling.title(bad[:1], 1) == "taloscope: 1 real alert hidden; real in prod"
