from __future__ import annotations

import base64

import pytest

from tests.yardstick import best_ms
from tui import clipboard

BARE = "\x1b]52;c;" + base64.b64encode("BTRFS é".encode()).decode() + "\a"
TMUX = "\x1bPtmux;" + BARE.replace("\x1b", "\x1b\x1b") + "\x1b\\"
SCREEN = f"\x1bP{BARE}\x1b\\"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color"}, BARE),
        ({}, BARE),
        ({"TERM": "screen-256color", "TMUX": "/run/tmux,1,0"}, BARE + TMUX),
        ({"TERM": "tmux-256color"}, BARE + TMUX),
        ({"TERM": "screen", "STY": "1.pts"}, SCREEN),
        ({"TERM": "screen-256color"}, BARE + SCREEN),
    ],
)
def test_a_text_reaches_the_terminal_behind(
    environ: dict[str, str], expected: str
) -> None:
    assert clipboard.sequence("BTRFS é", environ) == expected


def test_screen_gets_a_long_text_in_pieces_that_join_to_the_whole() -> None:
    wrapped = clipboard.sequence("x" * 500, {"STY": "1"})
    pieces = wrapped.split("\x1b\\")[:-1]
    assert len(pieces) > 1
    assert all(len(piece) <= 78 for piece in pieces)
    joined = "".join(piece.removeprefix("\x1bP") for piece in pieces)
    assert joined == clipboard.sequence("x" * 500, {})


def test_a_text_that_terminals_would_drop_is_known() -> None:
    assert clipboard.fits("x" * clipboard.MOST_BYTES)
    assert not clipboard.fits("é" * clipboard.MOST_BYTES)


def test_what_is_pasted_steers_nothing() -> None:
    evil = "get\tpods\n\x1b[201~reboot\r \u202eabc \ud800"
    plain = "get\tpods\n\ufffd[201~reboot\ufffd \ufffdabc \ufffd"
    assert clipboard.sequence(evil, {}) == clipboard.sequence(plain, {})
    assert clipboard.fits(evil)


def test_what_is_far_too_long_is_not_even_looked_through() -> None:
    endless = "\x1b[31m" * 1_000_000
    assert best_ms(lambda: clipboard.fits(endless)) < 1
    assert not clipboard.fits(endless)
