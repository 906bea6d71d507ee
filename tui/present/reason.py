"""The last meaningful clause of an error that was handed on from program to program."""

from __future__ import annotations

import re

_KNOWN = (
    (re.compile(r"connection refused|^refused\b"), "refused"),
    (re.compile(r"deadline exceeded|i/o timeout|Client\.Timeout"), "timeout"),
    (re.compile(r"signed by unknown authority"), "TLS: unknown authority"),
    (re.compile(r"certificate has expired"), "TLS: certificate expired"),
    (re.compile(r"no route to host"), "no route"),
    (re.compile(r"no such host"), "no such host"),
)
# What Go's HTTP and gRPC clients put before the message: how it was asked, not why.
_PREFIX = re.compile(
    r'(?:[A-Z][a-z]+ "[^"]*": |rpc error: code = \w+ desc = '
    r'|connection error: desc = )"?'
)


def short(error: str) -> str:
    """Why, in a few words; an error that is not known without what led to it."""
    for pattern, words in _KNOWN:
        if pattern.search(error):
            return words
    text = error
    while hit := _PREFIX.match(text):
        text = text[hit.end() :]
    return text.rstrip('"') if text != error else error
