"""What stands in the URL of a scrape; one that cannot be read says nothing."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

_NONE = SplitResult("", "", "", "", "")
_LONGEST = 8_192
"""Characters of a URL; servers refuse longer ones."""


def address_of(url: str) -> str:
    """Host and port; empty when it cannot be read."""
    return _parts(url).netloc


def path_of(url: str) -> str:
    """The path; empty when there is none, or it cannot be read."""
    return _parts(url).path


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url) if len(url) <= _LONGEST else _NONE
    except ValueError:
        return _NONE
