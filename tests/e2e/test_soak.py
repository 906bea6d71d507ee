"""What was pushed to a Loki that loses, cuts and dawdles arrives, each entry once."""

from __future__ import annotations

from tests.soak.run import soak


def test_nothing_is_lost_and_nothing_doubled() -> None:
    assert str(soak(3000, 1000.0)) == "pushed 3000 lost 0 doubled 0 gaps 0"
