"""What Loki tells of its ruler: when rules were evaluated, whom it sends alerts to."""

from __future__ import annotations

import pytest

from tests.sources.replay import ENDPOINT, saying
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource
from tui.sources.loki_wire import receiver
from tui.sources.wire import LITTLE_BYTES

CONFIG = b"""\
target: all
common:
  path_prefix: /loki
ruler:
  external_url:
    alertmanager_url: http://not.this.one
  alertmanager_url: %s
  enable_alertmanager_v2: true

  ring:
    kvstore: {}
limits_config:
  ruler_alertmanager_config: null
"""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"http://am:9093", "http://am:9093"),
        (b'"http://a:9093,http://b:9093"', "http://a:9093,http://b:9093"),
        (b'""', ""),
        (b"", ""),
        (b"http://me:secret@am:9093", "http://am:9093"),
    ],
)
def test_the_alertmanager_is_read_without_its_credentials(
    written: bytes, read: str
) -> None:
    assert receiver(CONFIG % written) == read


@pytest.mark.parametrize("body", [b"", b"<html>", b"target: all\n", b"\xff\xfe"])
def test_what_is_no_config_tells_of_no_ruler(body: bytes) -> None:
    assert receiver(body) is None


async def test_what_is_too_long_for_a_config_is_not_looked_through() -> None:
    """It is done on the event loop: of fifty megabytes it took a sixth of a second."""
    short = CONFIG % b"http://am:9093"
    long = short + b"#" * (LITTLE_BYTES + 1 - len(short))
    source = LokiSource(ENDPOINT, 5.0, transport=saying(200, long[:-1]))
    assert await source.receiver() == "http://am:9093"
    source = LokiSource(ENDPOINT, 5.0, transport=saying(200, long))
    with pytest.raises(SourceError) as caught:
        await source.receiver()
    assert caught.value.fault.kind is FaultKind.PROTOCOL
    assert "MB, not of the shape expected" in caught.value.fault.summary


async def test_a_gateway_that_hides_the_config_is_a_fault_and_no_missing_wire() -> None:
    source = LokiSource(ENDPOINT, 5.0, transport=saying(403, b"Forbidden\n"))
    with pytest.raises(SourceError) as caught:
        await source.receiver()
    assert caught.value.fault.kind is FaultKind.FORBIDDEN
