"""The HTTP session: ways in, limits, and every way that an answer can go wrong."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from tests.sources.replay import answering, playing, recorded, saying
from tui.config import Endpoint, Secret
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request, Way, uses_proxy
from tui.sources.http_fault import NotSentError, RefusedError
from tui.sources.text import first_line

URL = "http://server.test/base/"
ANY = Request("/x")
ZEROS = bytes(1 << 20)


def session(
    transport: httpx.AsyncBaseTransport, endpoint: Endpoint | None = None
) -> HttpSession:
    return HttpSession(endpoint or Endpoint(urls=(URL,)), URL, 5.0, transport=transport)


async def headers_of(endpoint: Endpoint) -> httpx.Headers:
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200)

    await session(answering(answer), endpoint).send(ANY)
    return seen[0]


async def test_basic_credentials_and_tenant_are_sent() -> None:
    headers = await headers_of(
        Endpoint((URL,), username="me", password=Secret("s3cret"), tenant="homelab")
    )
    assert headers["authorization"] == f"Basic {b64encode(b'me:s3cret').decode()}"
    assert headers["x-scope-orgid"] == "homelab"


async def test_a_name_that_is_no_name_of_a_host_is_no_mistake_of_ours() -> None:
    url = "http://xn--a.example"
    asked = HttpSession(Endpoint((url,)), url, 5.0, transport=saying(200))
    with pytest.raises(SourceError) as caught:
        await asked.send(ANY)
    assert caught.value.fault.kind is FaultKind.PROTOCOL


async def test_the_token_file_is_read_again_for_each_request(tmp_path: Path) -> None:
    file = tmp_path / "token"
    endpoint = Endpoint((URL,), bearer_token_file=file)
    file.write_text("old\n")
    assert (await headers_of(endpoint))["authorization"] == "Bearer old"
    file.write_text("new")
    assert (await headers_of(endpoint))["authorization"] == "Bearer new"
    file.unlink()
    with pytest.raises(SourceError, match="cannot read the token file") as caught:
        await headers_of(endpoint)
    assert caught.value.fault.kind is FaultKind.CONFIG


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (302, {"Location": "https://login.test/x"}, FaultKind.PROTOCOL, "login.test"),
        (307, {"Location": "/elsewhere"}, FaultKind.PROTOCOL, "another path"),
        (401, {}, FaultKind.AUTH, "credentials"),
        (403, {}, FaultKind.FORBIDDEN, "forbids"),
        (404, {}, FaultKind.NOT_FOUND, "no such thing"),
        (405, {}, FaultKind.PROTOCOL, "HTTP 405"),
        (429, {}, FaultKind.RATE_LIMITED, "slow down"),
        (500, {}, FaultKind.SERVER, "HTTP 500"),
        (502, {}, FaultKind.UNREACHABLE, "not ready"),
        (503, {}, FaultKind.UNREACHABLE, "not ready"),
        (504, {}, FaultKind.TIMEOUT, "gave up"),
    ],
)
async def test_each_status_has_its_fault(
    status: int, headers: dict[str, str], kind: FaultKind, words: str
) -> None:
    transport = saying(status, b"<html>oops</html>", **headers)
    with pytest.raises(SourceError) as caught:
        await session(transport).send(ANY)
    fault = caught.value.fault
    assert fault.kind is kind
    assert words in fault.summary
    assert "oops" not in fault.summary + fault.detail
    assert isinstance(caught.value, RefusedError) is (status < 500)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 16:20:00 GMT",
                "Date": "Fri, 20 Nov 2026 16:19:30 GMT",
            },
            30.0,
        ),
        ({"Retry-After": "Fri, 20 Nov 2026 16:20:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "86400"}, 120.0),
        ({"Retry-After": "9" * 400}, 120.0),
        ({}, None),
    ],
)
async def test_retry_after_is_passed_on(
    headers: dict[str, str], seconds: float | None
) -> None:
    with pytest.raises(SourceError) as caught:
        await session(saying(429, b"", **headers)).send(ANY)
    assert caught.value.fault.retry_after_seconds == seconds


async def test_plain_http_to_a_tls_port_says_so() -> None:
    record = recorded("prometheus/tls-400-plain-http-to-https.txt")
    with pytest.raises(SourceError, match="expects https") as caught:
        await session(playing(record)).send(ANY)
    assert caught.value.fault.kind is FaultKind.TLS


async def test_credentials_in_the_url_are_never_shown() -> None:
    url = "http://me:s3cret@server.test:1/x"
    refused = HttpSession(Endpoint((url,)), url, 5.0, transport=saying(401))
    with pytest.raises(SourceError) as caught:
        await refused.send(ANY)
    assert caught.value.fault.endpoint == "http://server.test:1/x"
    assert "s3cret" not in repr(caught.value.fault)


async def test_words_from_outside_are_cleaned() -> None:
    evil = b"\x1b[31m[red]bad\x1b[0m\x00 \xe2\x80\xaeevil\r\nsecond line" + b"x" * 900
    with pytest.raises(SourceError) as caught:
        await session(saying(400, evil)).send(ANY)
    assert caught.value.fault.detail == "[red]bad evil"
    assert len(first_line("y" * 5000)) == 300


def test_loopback_is_never_reached_through_a_proxy() -> None:
    assert not uses_proxy("http://127.0.0.1:9090/x")
    assert not uses_proxy("http://localhost/")
    assert not uses_proxy("https://[::1]:1")
    assert uses_proxy("https://prometheus.example")


async def drip(_: web.Request) -> web.StreamResponse:
    """A byte now and then, for ever."""
    response = web.StreamResponse()
    await response.prepare(_)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)  # noqa: TID251 - the server under test is slow


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def big(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(int(request.query["mib"])):
        await response.write(ZEROS)
    return response


async def bomb(request: web.Request) -> web.StreamResponse:
    """128 MiB of zeros in 128 kB."""
    response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
    await response.prepare(request)
    packer = zlib.compressobj(wbits=31)
    for _ in range(128):
        await response.write(packer.compress(ZEROS))
    await response.write(packer.flush())
    return response


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"{")
    assert request.transport is not None
    request.transport.abort()
    return response


async def zipped(_: web.Request) -> web.Response:
    return web.Response(
        body=gzip.compress(b'"hello"'), headers={"Content-Encoding": "gzip"}
    )


async def broken_zip(_: web.Request) -> web.Response:
    return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})


@pytest.fixture
async def base() -> AsyncIterator[str]:
    app = web.Application()
    for handler in (drip, hang, big, bomb, cut, zipped, broken_zip):
        app.router.add_get(f"/base/{handler.__name__}", handler)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    yield str(server.make_url("/base"))
    await server.close()


async def ask(url: str, path: str, seconds: float = 5.0, **params: str) -> bytes:
    asking = HttpSession(Endpoint((url,)), url, seconds)
    try:
        return bytes((await asking.send(Request(path, params))).body)
    finally:
        await asking.aclose()


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("drip", FaultKind.TIMEOUT, "no answer within 0.3 s"),
        ("hang", FaultKind.TIMEOUT, "no answer within 0.3 s"),
        ("cut", FaultKind.UNREACHABLE, "cut the connection"),
        ("broken_zip", FaultKind.PROTOCOL, "compression is broken"),
    ],
)
async def test_servers_that_misbehave_over_a_socket(
    base: str, path: str, kind: FaultKind, words: str
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        await ask(base, path, 0.3)
    assert caught.value.fault.kind is kind
    assert not isinstance(caught.value, NotSentError)


async def test_an_answer_of_50_mib_is_read_and_one_over_64_is_refused(
    base: str,
) -> None:
    assert len(await ask(base, "big", 30.0, mib="50")) == 50 << 20
    with pytest.raises(SourceError, match="over 64 MiB"):
        await ask(base, "big", 30.0, mib="70")


async def test_a_bomb_of_compressed_zeros_is_stopped(base: str) -> None:
    with pytest.raises(SourceError, match="over 64 MiB"):
        await ask(base, "bomb", 30.0)


async def test_compressed_answers_are_unpacked(base: str) -> None:
    assert await ask(base, "zipped") == b'"hello"'


async def test_a_refused_connection_was_not_sent() -> None:
    with pytest.raises(NotSentError, match="refused the connection") as caught:
        await ask(f"http://127.0.0.1:{unused_port()}", "x")
    assert caught.value.fault.kind is FaultKind.UNREACHABLE


async def test_a_port_without_tls_is_a_tls_fault(base: str) -> None:
    with pytest.raises(SourceError, match="does not speak TLS") as caught:
        await ask(base.replace("http:", "https:"), "zipped")
    assert caught.value.fault.kind is FaultKind.TLS


async def test_a_missing_ca_file_is_a_mistake_in_the_config(tmp_path: Path) -> None:
    url = "https://127.0.0.1:1"
    endpoint = Endpoint((url,), ca_file=tmp_path / "none.pem")
    with pytest.raises(SourceError, match="cannot use the CA file") as caught:
        await HttpSession(endpoint, url, 1.0).send(ANY)
    assert caught.value.fault.kind is FaultKind.CONFIG


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        (10, "certificate has expired", "does not hold now"),
        (19, "self-signed certificate in certificate chain", "a CA that we do not"),
        (64, "IP address mismatch", "IP address mismatch"),
    ],
)
async def test_certificates_that_are_refused_say_why(
    code: int, message: str, words: str
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        cause = ssl.SSLCertVerificationError(1, "verify failed")
        cause.verify_code, cause.verify_message = code, message
        raise httpx.ConnectError("x") from cause

    with pytest.raises(NotSentError, match=words) as caught:
        await session(answering(answer)).send(ANY)
    assert caught.value.fault.kind is FaultKind.TLS


@pytest.mark.parametrize(
    ("keys", "status", "words"),
    [
        ({}, 401, "Give this endpoint username and password"),
        ({}, 403, "Give this endpoint username and password"),
        (
            {"username": "me", "password": Secret("s3cret")},
            401,
            "username and password",
        ),
        ({"bearer_token_command": ("echo", "x")}, 401, "Check bearer_token_command"),
        ({"tenant": "home"}, 403, "Allow it to whom tenant"),
    ],
)
async def test_a_refusal_names_the_keys_of_the_config_to_look_at(
    keys: dict[str, Any], status: int, words: str
) -> None:
    endpoint = Endpoint(("http://server.test",), **keys)
    asked = HttpSession(endpoint, endpoint.urls[0], 5.0, transport=saying(status))
    with pytest.raises(SourceError) as caught:
        await asked.send(ANY)
    assert words in caught.value.fault.advice
    assert "s3cret" not in repr(caught.value.fault)


async def test_a_refusal_to_a_kubeconfig_is_not_about_our_config() -> None:
    way = Way(remedies={401: "Log in again."})
    url = "http://server.test"
    asked = HttpSession(Endpoint((url,)), url, 5.0, transport=saying(401), way=way)
    with pytest.raises(SourceError) as caught:
        await asked.send(ANY)
    assert caught.value.fault.advice == "Log in again."
