"""Answers that are far larger than what was asked for hold nothing up."""

from __future__ import annotations

import msgspec
import pytest

from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.http_fault import Answer, server_words
from tui.sources.wire import LITTLE_BYTES, decode_little


def answer(body: bytes) -> Answer:
    return Answer(200, {"content-type": "application/json"}, body, "http://p:9090")


def test_what_is_small_by_its_nature_is_not_taken_apart_when_it_is_large() -> None:
    decoder = msgspec.json.Decoder(list[str])
    body = b'["' + b"x" * (LITTLE_BYTES - 4) + b'"]'
    assert len(decode_little(answer(body), decoder)[0]) == LITTLE_BYTES - 4
    with pytest.raises(SourceError) as error:
        decode_little(answer(body + b" "), decoder)
    assert error.value.fault.kind is FaultKind.PROTOCOL
    assert error.value.fault.summary == "answered 2 MB, not of the shape expected"


def test_of_an_error_that_is_large_the_begin_is_told() -> None:
    small = b'{"error": "out of memory"}'
    assert server_words(answer(small)) == "out of memory"
    large = b"out of memory\n" + b"x" * 50_000_000
    assert server_words(answer(large)) == "out of memory"
