"""Whatever TLS an apid speaks, and whichever of its CA's certificates it shows."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from talosapi.client import TalosClient
from talosapi.errors import TalosError
from tests.talosapi.labs import AUTHORITY, WORKER, context_for, serving, story
from tui.lab import apid_tls
from tui.lab.certificates import Credentials, make_authority
from tui.lab.clock import machine_now

NEXT = make_authority(machine_now())


def altered(
    monkeypatch: pytest.MonkeyPatch, alter: Callable[[ssl.SSLContext], None]
) -> list[ssl.SSLContext]:
    """Let the lab's apid have another TLS; those that it has used."""
    make = apid_tls.server_context
    made: list[ssl.SSLContext] = []

    def other(credentials: Credentials, authority_pem: bytes) -> ssl.SSLContext:
        tls = make(credentials, authority_pem)
        alter(tls)
        made.append(tls)
        return tls

    monkeypatch.setattr("tui.lab.apid.server_context", other)
    return made


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_both_versions_of_tls_are_spoken_with_ed25519_on_both_sides(
    version: ssl.TLSVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only(tls: ssl.SSLContext) -> None:
        tls.minimum_version = tls.maximum_version = version

    made = altered(monkeypatch, only)
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint])
        async with TalosClient(context) as client:
            assert (await client.version(WORKER)).tag.startswith("v1.")
    assert made


async def test_an_apid_that_names_no_protocol_is_spoken_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Talos 1.7.0 to 1.8.3 most likely do; grpcio by itself would refuse it."""
    made = altered(monkeypatch, lambda tls: tls.set_alpn_protocols([]))
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint])
        async with TalosClient(context) as client:
            assert (await client.version(WORKER)).tag.startswith("v1.")
    assert made


async def test_while_the_ca_is_rotated_servers_of_both_are_trusted(
    tmp_path: Path,
) -> None:
    """`ca` then holds both certificates, one after the other."""
    both = replace(AUTHORITY, pem=NEXT.pem + AUTHORITY.pem)
    for authority in (AUTHORITY, NEXT):
        client_of = authority.client(["os:reader"])
        async with serving(story(), authority=authority) as apid:
            context = context_for(
                tmp_path, [apid.endpoint], authority=both, client=client_of
            )
            async with TalosClient(context) as client:
                assert (await client.version(WORKER)).tag


async def test_a_server_certificate_may_be_another_at_each_connection(
    tmp_path: Path,
) -> None:
    """Talos renews them every 12 hours; each `serving` has a new one."""
    async with serving(story()) as first:
        port = first.port
        client = TalosClient(context_for(tmp_path, [first.endpoint]))
        assert (await client.version(WORKER)).tag
    async with client, serving(story(), port=port):
        # The call that finds the old connection closed may be the one to fail.
        with suppress(TalosError):
            await client.version(WORKER)
        assert (await client.version(WORKER)).tag
