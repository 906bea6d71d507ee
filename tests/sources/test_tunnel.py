"""Port-forwards over a real websocket: bytes, drops, pods that go, who can listen."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.clock import ManualClock, turns
from tests.sources.kubelets import Cluster, echoing, noise, serving
from tui.config import Endpoint, Through
from tui.lab.certificates import make_authority
from tui.lab.clock import machine_now
from tui.lab.exporters import served_with
from tui.lab.http import Handler
from tui.lab.kube_forward import V4, V5
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request
from tui.sources.http import Way as By
from tui.sources.http_fault import NotSentError
from tui.sources.portforward import Forward
from tui.sources.tunnel import KubeTunnel, opened

MEGABYTES = 6 * 1024 * 1024


class Way:
    """A cluster, the tunnel into it, and what hangs on both."""

    def __init__(self, cluster: Cluster, tunnel: KubeTunnel, url: str) -> None:
        self.cluster = cluster
        self.tunnel = tunnel
        self.endpoint = endpoint(None, url)

    def session(self, seconds: float = 5.0) -> HttpSession:
        return HttpSession(
            self.endpoint, self.endpoint.urls[0], seconds, tunnel=self.tunnel
        )


def endpoint(kubeconfig: Path | None, url: str, port: str = "80") -> Endpoint:
    through = Through("here", "apps", "web", port, url, kubeconfig)
    return Endpoint(urls=(f"kube://here/apps/web:{port}",), through=through)


@pytest.fixture(params=[(V4,), (V5, V4)], ids=["v4", "v5"])
async def way(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Way]:
    cluster = Cluster(request.param)
    async with AsyncExitStack() as stack:
        kubeconfig = await stack.enter_async_context(serving(cluster, tmp_path))
        for pod in ("web-0", "web-1"):
            app = web.Application()
            app.router.add_get("/who", _saying(pod))
            server = TestServer(app)
            await server.start_server()
            stack.push_async_callback(server.close)
            cluster.servers[pod, 8080] = f"127.0.0.1:{server.port}"
        url = "http://web.apps.svc:80"
        tunnel = opened(endpoint(kubeconfig, url), 5.0, ManualClock())
        assert tunnel is not None
        stack.push_async_callback(tunnel.aclose)
        yield Way(cluster, tunnel, url)


def _saying(word: str) -> Handler:
    async def say(request: web.Request) -> web.Response:
        return web.json_response({"pod": word, "host": request.host})

    return say


async def _read(forward: Forward, size: int) -> bytes:
    loop = asyncio.get_running_loop()
    found = bytearray()
    while len(found) < size:
        piece = await loop.sock_recv(forward.end, 64 * 1024)
        if not piece:
            break
        found += piece
    return bytes(found)


async def test_megabytes_come_back_byte_for_byte(way: Way) -> None:
    async with echoing() as address:
        way.cluster.servers["web-0", 8080] = address
        forward = await way.tunnel.dial()
        sent = noise(MEGABYTES, 1)
        loop = asyncio.get_running_loop()
        sending = asyncio.create_task(loop.sock_sendall(forward.end, sent))
        assert await _read(forward, len(sent)) == sent
        await sending
        assert way.cluster.kubelet.carried == 2 * MEGABYTES
        await forward.aclose()


@pytest.mark.parametrize("seed", range(5))
async def test_what_comes_before_a_cut_is_whole_and_the_next_way_is_new(
    way: Way, seed: int
) -> None:
    async with echoing() as address:
        way.cluster.servers["web-0", 8080] = address
        way.cluster.servers["web-1", 8080] = address
        sent = noise(MEGABYTES, seed)
        forward = await way.tunnel.dial()
        loop = asyncio.get_running_loop()
        sending = asyncio.create_task(loop.sock_sendall(forward.end, sent))
        enough = random.Random(seed).randrange(1, MEGABYTES)
        found = await _read(forward, enough)
        way.cluster.kubelet.cut()
        found += await _read(forward, MEGABYTES)
        assert len(found) < MEGABYTES
        assert found == sent[: len(found)]
        await asyncio.gather(sending, return_exceptions=True)
        await forward.aclose()
        assert forward.fault is not None
        again = await way.tunnel.dial()
        await loop.sock_sendall(again.end, b"once more")
        assert await _read(again, 9) == b"once more"
        state = await way.tunnel.state()
        assert state.reconnects == 1
        assert "cut" in state.last_error
        await again.aclose()


async def test_a_half_that_is_closed_lets_the_other_half_end(way: Way) -> None:
    async with echoing() as address:
        way.cluster.servers["web-0", 8080] = address
        forward = await way.tunnel.dial()
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(forward.end, b"the last words")
        if V5 in way.cluster.kubelet._protocols:
            forward.end.shutdown(1)
            assert await _read(forward, 100) == b"the last words"
        else:
            assert await _read(forward, 14) == b"the last words"
            forward.end.shutdown(1)
            assert await _read(forward, 1) == b""
        await forward.aclose()
        assert forward.fault is None


async def test_http_goes_through_and_keeps_its_connection(way: Way) -> None:
    session = way.session()
    for _ in range(3):
        answer = await session.send(Request("/who"))
        assert bytes(answer.body) == b'{"pod": "web-0", "host": "web.apps.svc"}'
    assert way.cluster.asked == ["web-0"]
    state = await way.tunnel.state()
    assert (state.pod, state.port, state.connections) == ("web-0", 8080, 1)
    assert state.since == ManualClock().now()
    await session.aclose()
    assert (await way.tunnel.state()).connections == 0


async def test_when_its_pod_goes_it_moves_to_another(way: Way) -> None:
    session = way.session()
    await session.send(Request("/who"))
    way.cluster.ready = ["web-1"]
    way.cluster.kubelet.cut()
    while (await way.tunnel.state()).connections:
        await turns()
    answer = await session.send(Request("/who"))
    assert b"web-1" in answer.body
    state = await way.tunnel.state()
    assert (state.pod, state.reconnects) == ("web-1", 1)
    await session.aclose()


async def test_a_ready_pod_on_which_nothing_listens_is_told_and_left(way: Way) -> None:
    way.cluster.servers["web-0", 8080] = ""
    session = way.session()
    with pytest.raises(SourceError) as raised:
        await session.send(Request("/who"))
    fault = raised.value.fault
    assert fault.kind is FaultKind.UNREACHABLE
    assert "nothing listens on port 8080" in fault.summary
    assert b"web-1" in (await session.send(Request("/who"))).body
    await session.aclose()


async def test_when_the_time_ends_at_the_second_pod_the_first_tells_why(
    way: Way,
) -> None:
    way.cluster.gone, way.cluster.mute = {"web-0"}, {"web-1"}
    session = way.session(2.0)
    with pytest.raises(NotSentError) as raised:
        await session.send(Request("/who"))
    assert 'pods "web-0" not found' in f"{raised.value.fault}"
    # What an earlier attempt met is not the reason of this one.
    way.cluster.mute = {"web-0", "web-1"}
    with pytest.raises(NotSentError) as again:
        await session.send(Request("/who"))
    assert "no connection within" in again.value.fault.summary
    await session.aclose()


async def test_while_the_kubeconfig_is_read_that_is_what_it_says(
    tmp_path: Path,
) -> None:
    """A plugin may take longer than a connection; nobody has dialled the server yet."""
    path = tmp_path / "kubeconfig"
    path.write_text(
        "{clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}],"
        " contexts: [{name: here, context: {cluster: c, user: u}}],"
        " users: [{name: u, user: {exec: {command: sleep, args: ['60'],"
        " apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}]}"
    )
    asked = endpoint(path, "http://web.apps.svc:80")
    tunnel = opened(asked, 5.0, ManualClock())
    session = HttpSession(asked, asked.urls[0], 0.5, tunnel=tunnel)
    with pytest.raises(NotSentError) as raised:
        await session.send(Request("/who"))
    fault = raised.value.fault
    assert fault.kind is FaultKind.CONFIG
    assert "'here' of the kubeconfig is still being read" in fault.summary
    assert fault.endpoint == asked.urls[0]
    assert "plugin" in fault.advice
    await session.aclose()
    assert tunnel is not None
    await tunnel.aclose()


async def test_without_a_ready_pod_that_is_what_it_says(way: Way) -> None:
    way.cluster.ready = []
    with pytest.raises(NotSentError) as raised:
        await way.session().send(Request("/who"))
    assert raised.value.fault.summary == ("no Ready pod is behind the Service apps/web")
    with pytest.raises(SourceError):
        await way.tunnel.state()


async def test_a_right_that_is_missing_is_told(way: Way) -> None:
    way.cluster.refused = True
    with pytest.raises(NotSentError) as raised:
        await way.session().send(Request("/who"))
    assert raised.value.fault.kind is FaultKind.FORBIDDEN
    assert way.cluster.asked == ["web-0"]


async def test_a_port_that_the_service_does_not_have_is_a_mistake(
    way: Way, tmp_path: Path
) -> None:
    wrong = endpoint(tmp_path / "kubeconfig", way.endpoint.urls[0], "metrics")
    tunnel = opened(wrong, 5.0, ManualClock())
    assert tunnel is not None
    with pytest.raises(NotSentError) as raised:
        await tunnel.dial()
    assert raised.value.fault.summary == (
        "the Service apps/web has no port metrics; it has 80 http"
    )
    await tunnel.aclose()


async def test_tls_is_spoken_inside_of_it(way: Way) -> None:
    authority = make_authority(machine_now(), "inside")
    app = web.Application()
    app.router.add_get("/who", _saying("secret"))
    server = TestServer(app, scheme="https")
    tls = served_with(authority.server(["web.apps.svc"]))
    await server.start_server(ssl=tls)
    way.cluster.servers["web-0", 8080] = f"127.0.0.1:{server.port}"
    asked = endpoint(None, "https://web.apps.svc:80")
    trust = ssl.create_default_context(cadata=authority.pem.decode())
    session = HttpSession(
        asked, asked.urls[0], 5.0, tunnel=way.tunnel, way=By(tls=trust)
    )
    assert b"secret" in (await session.send(Request("/who"))).body
    await session.aclose()
    stranger = HttpSession(asked, asked.urls[0], 5.0, tunnel=way.tunnel)
    with pytest.raises(SourceError) as raised:
        await stranger.send(Request("/who"))
    assert raised.value.fault.kind is FaultKind.TLS
    await stranger.aclose()
    await server.close()


async def test_nobody_else_can_come_through(way: Way) -> None:
    before = _listening()
    session = way.session()
    await session.send(Request("/who"))
    assert _listening() == before
    await session.aclose()


def _listening() -> set[str]:
    """Inodes of sockets of this process on which it listens, of any kind."""
    own = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            name = str(entry.readlink())
        except FileNotFoundError:
            continue
        if name.startswith("socket:["):
            own.add(name[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                found.add(fields[9])
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[3], 16) & 0x10000:
            found.add(fields[6])
    return own & found
