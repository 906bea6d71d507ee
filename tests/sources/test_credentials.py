"""Ways into an HTTP endpoint: commands, tokens, client certificates."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tui.config import ConfigError, Endpoint, Secret, load
from tui.lab.certificates import make_authority
from tui.lab.clock import machine_now
from tui.lab.exporters import served_with
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.credentials import Credentials
from tui.sources.http import HttpSession, Request


def _script(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "secret.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return (str(path),)


async def test_a_command_is_run_once_until_it_is_refused(tmp_path: Path) -> None:
    command = _script(tmp_path, 'echo x >> "$0.log"; echo "s3cret"')
    endpoint = Endpoint(("http://x",), bearer_token_command=command)
    found = Credentials(endpoint, "x")
    for _ in range(3):
        assert await found.headers() == {"Authorization": "Bearer s3cret"}
    log = tmp_path / "secret.sh.log"
    assert log.read_text() == "x\n"
    found.forget()
    await found.headers()
    assert log.read_text() == "x\nx\n"


async def test_a_command_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    command = _script(tmp_path, "echo the vault is sealed >&2; exit 2")
    endpoint = Endpoint(("http://x",), username="me", password_command=command)
    with pytest.raises(SourceError) as raised:
        await Credentials(endpoint, "x").headers()
    fault = raised.value.fault
    assert fault.kind is FaultKind.CONFIG
    assert fault.detail == "the vault is sealed"


async def test_a_401_has_the_command_run_again(tmp_path: Path) -> None:
    count = 'echo x >> "$0.log"; wc -l < "$0.log" | tr -d " "'
    command = _script(tmp_path, count)
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.Response(status=401 if len(seen) == 1 else 200)

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        session = HttpSession(Endpoint((url,), bearer_token_command=command), url, 5.0)
        with pytest.raises(SourceError):
            await session.send(Request(""))
        await session.send(Request(""))
        await session.aclose()
    assert seen == ["Bearer 1", "Bearer 2"]


async def test_a_client_certificate_gets_in_and_none_does_not(tmp_path: Path) -> None:
    authority = make_authority(machine_now(), "mutual")
    client = authority.client(["ops"], common_name="me")
    for name, data in (
        ("ca.pem", authority.pem),
        ("cert.pem", client.certificate),
        ("key.pem", client.key),
    ):
        (tmp_path / name).write_bytes(data)
    tls = served_with(authority.server(["127.0.0.1"]))
    tls.load_verify_locations(cadata=authority.pem.decode())
    tls.verify_mode = ssl.CERT_REQUIRED
    app = web.Application()
    app.router.add_get("/", _fine)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=tls)
    url = f"https://127.0.0.1:{server.port}"
    known = Endpoint(
        (url,),
        ca_file=tmp_path / "ca.pem",
        cert_file=tmp_path / "cert.pem",
        key_file=tmp_path / "key.pem",
    )
    session = HttpSession(known, url, 5.0)
    assert (await session.send(Request(""))).status == 200
    await session.aclose()
    stranger = HttpSession(Endpoint((url,), ca_file=tmp_path / "ca.pem"), url, 5.0)
    # The server may hang up before its reason is read: which of the two is a race.
    with pytest.raises(SourceError):
        await stranger.send(Request(""))
    await stranger.aclose()
    await server.close()


async def _fine(_: web.Request) -> web.Response:
    return web.Response()


def test_a_token_in_the_config_needs_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'shared.loki = { url = "http://l", bearer_token = "t0ken" }\n'
        '[clusters.a]\ncontext = "a"\n'
    )
    path.chmod(0o644)
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    assert "chmod 600" in str(raised.value)
    assert "t0ken" not in str(raised.value)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    loki = load(path, {}).clusters[0].loki
    assert loki is not None
    assert loki.bearer_token == Secret("t0ken")
    assert "t0ken" not in repr(loki)
