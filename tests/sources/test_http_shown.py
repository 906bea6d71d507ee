"""A URL as it may be shown, also where it is none."""

from __future__ import annotations

import pytest

from tui.sources.http import without_userinfo


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ops:secret@proxy:3128/x", "http://proxy:3128/x"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://ops:secret@[proxy", "[proxy"),
        ("http://[proxy", "http://[proxy"),
    ],
)
def test_who_gets_in_is_never_shown(url: str, shown: str) -> None:
    assert without_userinfo(url) == shown
