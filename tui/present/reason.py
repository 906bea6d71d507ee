"""The last meaningful clause of an error that was handed on from program to program."""

from __future__ import annotations

import re

from tui.model.scrape_error import ScrapeFault, scrape_error

# What Go's HTTP and gRPC clients put before the message: how it was asked, not why.
_PREFIX = re.compile(
    r'(?:[A-Z][a-z]+ "[^"]*": |rpc error: code = \w+ desc = '
    r'|connection error: desc = )"?'
)


def short(error: str) -> str:
    """Why, in a few words; an error that is not known without what led to it."""
    known = scrape_error(error)
    if known.kind is not ScrapeFault.OTHER:
        return known.words
    text = error
    while hit := _PREFIX.match(text):
        text = text[hit.end() :]
    return text.rstrip('"') if text != error else error
