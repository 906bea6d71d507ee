"""What Loki tells of its ruler: when rules were evaluated, whom it sends alerts to."""

from __future__ import annotations

import pytest

from tests.sources.replay import ENDPOINT, saying
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource
from tui.sources.loki_wire import receiver

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


async def test_a_gateway_that_hides_the_config_is_a_fault_and_no_missing_wire() -> None:
    source = LokiSource(ENDPOINT, 5.0, transport=saying(403, b"Forbidden\n"))
    with pytest.raises(SourceError) as caught:
        await source.receiver()
    assert caught.value.fault.kind is FaultKind.FORBIDDEN
