from __future__ import annotations

import pytest

from tui.present.search import search

TEXT = "prod ✖ down talos-node-exporter 10.10.0.42:9100 timeout"


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("", True),
        ("  ", True),
        ("down", True),
        ("DOWN", True),
        ("0.42", True),
        ("up", False),
        ("exporter down", True),
        ("exporter up", False),
        ("!up", True),
        ("!down", False),
        ("exporter !kubelet", True),
        ("exporter !timeout", False),
        ("!kubelet !up", True),
        ("!", True),
        ("down !", True),
        ("[/x]", False),
    ],
)
def test_every_word_must_be_there_and_no_word_after_a_bang(
    typed: str, *, fits: bool
) -> None:
    assert search(typed).fits(TEXT) is fits


def test_nothing_typed_looks_for_nothing() -> None:
    assert not search(" ! ")
    assert search("a")
    assert search("!a")
