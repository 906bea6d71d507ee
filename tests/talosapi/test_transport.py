from __future__ import annotations

import asyncio
import errno
import gc
import os
import stat
import warnings
from contextlib import AsyncExitStack, aclosing
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.transport import Transport
from tests.clock import turns
from tests.talosapi.labs import (
    AUTHORITY,
    WORKER,
    context_for,
    ending,
    listening,
    refusing,
    relaying,
    serving,
    showing_a_page,
    story,
)
from tui.lab.certificates import Credentials, make_authority
from tui.lab.clock import machine_now

OTHER = make_authority(machine_now())


async def failure(client: TalosClient, seconds: float = 5) -> TalosError:
    with pytest.raises(TalosError) as caught:
        await client.version(WORKER, timeout_seconds=seconds)
    return caught.value


async def test_nobody_listening_is_unreachable_and_says_why(tmp_path: Path) -> None:
    endpoint = refusing()
    async with TalosClient(context_for(tmp_path, [endpoint])) as client:
        error = await failure(client)

    assert error.kind is ErrorKind.UNREACHABLE
    assert error.message == "connection refused"
    assert error.endpoint == endpoint


async def test_name_that_no_dns_can_have_is_unreachable(tmp_path: Path) -> None:
    async with TalosClient(context_for(tmp_path, [f"{'x' * 70}.lan"])) as client:
        error = await failure(client)

    assert error.kind is ErrorKind.UNREACHABLE
    assert "label" in error.message


async def test_listener_that_never_answers_is_left_after_the_dial_time(
    tmp_path: Path,
) -> None:
    async with listening() as endpoint:
        context = context_for(tmp_path, [endpoint])
        async with TalosClient(context, dial_seconds=0.2) as client:
            error = await failure(client)

    assert error.kind is ErrorKind.UNREACHABLE
    assert error.message == "no answer within 0.2 s"


@pytest.mark.parametrize(
    ("is_tls", "kind", "text"),
    [
        (True, ErrorKind.PROTOCOL, "it is a web server, not an apid"),
        (False, ErrorKind.TLS, "it does not speak TLS"),
    ],
)
async def test_web_server_is_told_from_an_apid(
    tmp_path: Path, is_tls: bool, kind: ErrorKind, text: str
) -> None:
    async with (
        showing_a_page(is_tls=is_tls) as endpoint,
        TalosClient(context_for(tmp_path, [endpoint])) as client,
    ):
        error = await failure(client)

    assert (error.kind, error.message) == (kind, text)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable"])
async def test_proxy_with_no_apid_behind_it_is_told_as_such(
    tmp_path: Path, status: str
) -> None:
    async with (
        showing_a_page(is_tls=True, status=status) as endpoint,
        TalosClient(context_for(tmp_path, [endpoint])) as client,
    ):
        error = await failure(client)

    assert error.kind is ErrorKind.UNREACHABLE
    assert error.message == f"it is no apid: it answers HTTP {status[:3]}"
    assert "A proxy or a sign-in page stands before apid" in error.advice


@pytest.mark.parametrize("is_reset", [True, False])
async def test_load_balancer_that_ends_connections_is_told_as_such(
    tmp_path: Path, is_reset: bool
) -> None:
    async with (
        ending(is_reset=is_reset) as endpoint,
        TalosClient(context_for(tmp_path, [endpoint])) as client,
    ):
        error = await failure(client)

    assert error.kind is ErrorKind.UNREACHABLE
    assert error.message == "it takes the connection and ends it before TLS"


async def test_load_balancer_that_is_quicker_than_we_are_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def reset_at_once(*_: object, **__: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))

    async with (
        ending(is_reset=True) as endpoint,
        TalosClient(context_for(tmp_path, [endpoint])) as client,
    ):
        monkeypatch.setattr(asyncio, "open_connection", reset_at_once)
        error = await failure(client)

    assert error.message == "it takes the connection and ends it before TLS"
    assert "no apid behind it is up" in error.advice


async def test_server_of_another_cluster_is_not_trusted(tmp_path: Path) -> None:
    async with serving(story(), authority=OTHER) as apid:
        context = context_for(tmp_path, [apid.endpoint])
        async with TalosClient(context) as client:
            error = await failure(client)

    assert error.kind is ErrorKind.TLS
    assert "its certificate is not to be trusted" in error.message
    assert "The `ca` of this context did not sign" in error.advice


async def test_server_is_checked_for_the_name_that_was_dialled(tmp_path: Path) -> None:
    async with serving(story(), names=["10.10.0.40"]) as apid:
        context = context_for(tmp_path, [apid.endpoint])
        async with TalosClient(context) as client:
            error = await failure(client)

    assert error.kind is ErrorKind.TLS
    assert "IP address mismatch" in error.message
    assert "names other addresses" in error.advice


async def test_certificate_that_the_server_refuses_is_a_tls_error(
    tmp_path: Path,
) -> None:
    """TLS 1.3 tells a client only after the handshake that it is not welcome."""
    async with serving(story()) as apid:
        context = context_for(
            tmp_path, [apid.endpoint], client=OTHER.client(["os:admin"])
        )
        async with TalosClient(context) as client:
            error = await failure(client)

    assert error.kind is ErrorKind.TLS
    assert "unknown ca" in error.message
    assert "This cluster did not sign the client certificate" in error.advice


async def test_expired_client_certificate_is_a_tls_error(tmp_path: Path) -> None:
    stale = AUTHORITY.client(["os:reader"], lifetime=timedelta(minutes=-1))
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint], client=stale)
        async with TalosClient(context) as client:
            error = await failure(client)

    assert error.kind is ErrorKind.TLS
    assert "certificate expired" in error.message
    assert "The client certificate is not valid by the node's clock" in error.advice
    assert f"to {machine_now():%Y-%m-%d}" in error.advice


async def test_client_certificate_for_two_uses_is_refused(tmp_path: Path) -> None:
    both = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
    double = AUTHORITY.client(["os:admin"], usages=both)
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint], client=double)
        async with TalosClient(context) as client:
            error = await failure(client)

    assert error.kind is ErrorKind.UNREACHABLE


async def test_key_that_does_not_fit_the_certificate_is_a_tls_error(
    tmp_path: Path,
) -> None:
    mixed = Credentials(
        AUTHORITY.client(["os:reader"]).certificate, AUTHORITY.client([]).key
    )
    async with TalosClient(
        context_for(tmp_path, ["127.0.0.1"], client=mixed)
    ) as client:
        error = await failure(client)

    assert error.kind is ErrorKind.TLS
    assert "key values mismatch" in error.message


async def test_name_may_have_addresses_at_which_nobody_listens(tmp_path: Path) -> None:
    async with serving(story(), names=["localhost"]) as apid:
        context = context_for(tmp_path, [f"localhost:{apid.port}"])
        async with TalosClient(context) as client:
            version = await client.version(WORKER)

    assert version.tag


async def test_dead_endpoint_gives_way_to_the_next_within_one_call(
    tmp_path: Path,
) -> None:
    dead = refusing()
    async with listening() as silent, serving(story()) as apid:
        context = context_for(tmp_path, [dead, silent, apid.endpoint])
        async with TalosClient(context, dial_seconds=0.2) as client:
            version = await client.version(WORKER)
            serves = client.serving

    assert version.tag
    assert serves == apid.endpoint


async def test_error_names_each_endpoint_when_none_answers(tmp_path: Path) -> None:
    dead, also_dead = refusing(), refusing()
    async with TalosClient(context_for(tmp_path, [dead, also_dead])) as client:
        error = await failure(client)

    assert f"{dead}: connection refused" in error.message
    assert f"{also_dead}: connection refused" in error.message


async def test_endpoint_that_goes_away_is_replaced_and_tried_again_later(
    tmp_path: Path,
) -> None:
    world = story()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(serving(world))
        second = await stack.enter_async_context(serving(world))
        context = context_for(tmp_path, [first.endpoint, second.endpoint])
        client = await stack.enter_async_context(TalosClient(context))
        await client.version(WORKER)
        assert client.serving == first.endpoint

        await first.close()
        await until_answered(client)
        assert client.serving == second.endpoint

        await stack.enter_async_context(serving(world, port=first.port))
        await second.close()
        await until_answered(client)
        assert client.serving == first.endpoint


async def until_answered(client: TalosClient) -> None:
    """Ask until somebody answers: the call that meets the break may fail."""
    async with asyncio.timeout(5):
        while True:
            try:
                await client.version(WORKER)
            except TalosError:
                continue
            return


async def test_endpoint_that_falls_silent_is_left(tmp_path: Path) -> None:
    world = story()
    async with (
        serving(world) as living,
        relaying(living.port) as relay,
    ):
        context = context_for(tmp_path, [relay.endpoint, living.endpoint])
        async with TalosClient(context, dial_seconds=0.3) as client:
            await client.version(WORKER)
            assert client.serving == relay.endpoint
            relay.freeze()
            error = await failure(client, 0.2)
            await until_answered(client)
            serves = client.serving

    assert error.kind is ErrorKind.TIMEOUT
    assert serves == living.endpoint


async def test_tail_that_loses_its_endpoint_says_so(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        apid = await stack.enter_async_context(serving(story()))
        context = context_for(tmp_path, [apid.endpoint])
        client = await stack.enter_async_context(TalosClient(context))
        async with aclosing(client.dmesg(WORKER)) as records:
            await anext(records)
            await apid.close()
            with pytest.raises(TalosError) as caught:
                async for _ in records:
                    pass

    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_nothing_stays_open_whenever_it_is_closed(tmp_path: Path) -> None:
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint])
        for moment in range(10, 50):
            client = TalosClient(context)
            call = asyncio.create_task(client.version(WORKER))
            await turns(moment)
            await client.close()
            await asyncio.gather(call, return_exceptions=True)
    await turns()
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        gc.collect()

    assert [str(one.message) for one in found] == []


async def test_serving_is_empty_before_the_first_call(tmp_path: Path) -> None:
    async with TalosClient(context_for(tmp_path, ["127.0.0.1"])) as client:
        assert client.serving == ""


async def test_private_socket_is_for_this_user_and_goes_away(tmp_path: Path) -> None:
    transport = Transport(context_for(tmp_path, ["127.0.0.1"]))
    await transport.channel()
    path = transport.socket_path
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path)]
    await transport.close()

    assert modes == [0o700, 0o600]
    assert not path.parent.exists()


async def test_other_processes_are_turned_away(tmp_path: Path) -> None:
    """The same user could open the socket, but not with our certificate."""
    async with serving(story()) as apid:
        transport = Transport(context_for(tmp_path, [apid.endpoint]))
        await transport.channel()
        script = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX);"
            "s.connect(sys.argv[1]); print(len(s.recv(1)))"
        )
        stranger = await asyncio.create_subprocess_exec(
            "python3",
            "-c",
            script,
            transport.socket_path,
            stdout=asyncio.subprocess.PIPE,
        )
        heard, _ = await stranger.communicate()
        await transport.close()

    assert heard.strip() == b"0"
