"""Until when an endpoint lets us in, and its server goes on: over real TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from tests.sources.test_kubernetes_expiry import END, web_token
from tui.config import Endpoint, Secret, Through
from tui.lab.certificates import Authority, make_authority
from tui.lab.clock import machine_now
from tui.lab.exporters import served_with
from tui.lab.http import Server
from tui.model.machine import Certificate
from tui.sources.base import SourceError
from tui.sources.expiries import lets_in, may_end, of_endpoint
from tui.sources.http import HttpSession


@pytest.fixture
def authority() -> Authority:
    return make_authority(machine_now())


@pytest.fixture
async def url(authority: Authority) -> AsyncIterator[str]:
    tls = served_with(authority.server(["127.0.0.1"], timedelta(hours=2)))
    server = Server(web.Application(), tls)
    yield await server.start()
    await server.stop()


async def found(endpoint: Endpoint) -> tuple[Certificate, ...]:
    session = HttpSession(endpoint, endpoint.urls[0], 5.0)
    return await of_endpoint(endpoint, (session,))


async def test_a_server_shows_until_when_its_certificate_is_good(
    url: str, authority: Authority, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)
    (shown,) = await found(Endpoint((url,), ca_file=ca))
    assert shown.name == url
    assert shown.begins_at is not None
    end = authority.now + timedelta(hours=2)
    assert abs(shown.expires_at - end) < timedelta(minutes=1)


async def test_one_that_is_not_trusted_is_told_of_all_the_same(url: str) -> None:
    (shown,) = await found(Endpoint((url,)))
    assert shown.name == url


async def test_a_server_that_is_down_is_a_fault_and_no_empty_answer(
    unused_tcp_port: int,
) -> None:
    with pytest.raises(SourceError):
        await found(Endpoint((f"https://127.0.0.1:{unused_tcp_port}",)))


async def test_tokens_and_client_certificates_of_the_config_are_read(
    authority: Authority, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(web_token({"exp": END.timestamp()}).removeprefix("Bearer "))
    client = tmp_path / "client.pem"
    client.write_bytes(authority.client("reader").certificate)
    endpoint = Endpoint(
        ("http://127.0.0.1:1",), bearer_token_file=token, cert_file=client
    )
    session = HttpSession(endpoint, endpoint.urls[0], 5.0)
    own, given = await lets_in(endpoint, session)
    assert own.name == str(client)
    assert given == Certificate(str(token), END, is_token=True)


async def test_a_token_that_cannot_be_read_says_nothing_of_its_end(
    tmp_path: Path,
) -> None:
    endpoint = Endpoint(("http://x",), bearer_token_file=tmp_path / "gone")
    session = HttpSession(endpoint, endpoint.urls[0], 5.0)
    assert await lets_in(endpoint, session) == ()


def test_only_what_can_end_is_asked_for() -> None:
    plain = Endpoint(("http://prometheus.example",))
    assert not may_end(plain)
    assert not may_end(replace(plain, bearer_token_command=("vault",)))
    assert may_end(replace(plain, urls=("https://prometheus.example",)))
    assert may_end(replace(plain, bearer_token=Secret("x")))
    way = Through("monit", "monitoring", "loki", "3100", "https://loki.monitoring.svc")
    assert may_end(replace(plain, through=way))
    assert not may_end(replace(plain, through=replace(way, url="http://loki")))


@pytest.mark.parametrize(
    ("life", "left", "is_ending"),
    [
        (timedelta(days=365), timedelta(days=31), False),
        (timedelta(days=365), timedelta(days=29), True),
        (timedelta(days=90), timedelta(days=29), True),
        (timedelta(days=1), timedelta(hours=12), False),
        (timedelta(days=1), timedelta(hours=7), True),
    ],
)
def test_what_machines_renew_may_be_renewed_as_late_as_for_its_last_third(
    life: timedelta, left: timedelta, is_ending: bool
) -> None:
    end = END
    certificate = Certificate("x", end, begins_at=end - life)
    assert certificate.is_ending(end - left) is is_ending
    by_hand: datetime = end - min(left, timedelta(days=29))
    assert Certificate("x", end).is_ending(by_hand)
