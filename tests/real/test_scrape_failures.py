"""Why a scrape fails, in words, from a Prometheus that we did not write.

Every kind of failure that can be had on loopback, through the whole engine.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web

from tests.engines import running as running_engine
from tests.engines import until
from tests.real.conftest import binary, free_port, running
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Endpoint
from tui.lab.certificates import make_authority
from tui.model.fleet import Fleet
from tui.model.scrape_error import ScrapeFault, scrape_error
from tui.model.target import Health, InventoryTarget, TargetRow
from tui.model.target_past import Past

pytestmark = pytest.mark.real

METRICS = "# TYPE up_to_date gauge\nup_to_date 1\n"
EXPECTED = {
    "up": None,
    "refused": ScrapeFault.REFUSED,
    "timeout": ScrapeFault.TIMEOUT,
    "unauthorized": ScrapeFault.UNAUTHORIZED,
    "forbidden": ScrapeFault.FORBIDDEN,
    "unavailable": ScrapeFault.SERVER,
    "missing": ScrapeFault.STATUS,
    "page": ScrapeFault.NOT_METRICS,
    "untrusted": ScrapeFault.TLS,
    "plain": ScrapeFault.SCHEME,
    "nameless": ScrapeFault.DNS,
    "cut": ScrapeFault.CUT,
    "many": ScrapeFault.LIMIT,
}
"""Kind of failure by job."""
EXTRA = {
    "untrusted": "    scheme: https\n",
    "plain": "    scheme: https\n",
    "many": "    sample_limit: 1\n",
}


async def _timeout(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError("never")


async def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


_STATUSES = {"unauthorized": 401, "forbidden": 403, "unavailable": 503, "missing": 404}
_PAGE = "<!doctype html><title>Sign in</title>"
_MANY = f"{METRICS}other 1\nthird 1\n"


async def _answer(request: web.Request) -> web.StreamResponse:
    """What the target of a job answers."""
    job = request.match_info["job"]
    if job == "timeout":
        return await _timeout(request)
    if job == "cut":
        return await _cut(request)
    if job in _STATUSES:
        return web.Response(status=_STATUSES[job], text="no")
    if job == "page":
        return web.Response(text=_PAGE, content_type="text/html")
    return web.Response(text=_MANY if job == "many" else METRICS)


def _config(plain: int, tls: int) -> str:
    """A Prometheus that scrapes a target of each kind, once a second."""
    text = "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n"
    for job in EXPECTED:
        address = {
            "untrusted": f"127.0.0.1:{tls}",
            "refused": "127.0.0.1:1",
            "nameless": "no-such-host.invalid:80",
        }.get(job, f"127.0.0.1:{plain}")
        text += f"  - job_name: {job}\n    metrics_path: /{job}\n{EXTRA.get(job, '')}"
        text += f'    static_configs: [{{targets: ["{address}"]}}]\n'
    return text


@pytest.fixture
async def targets(tmp_path: Path) -> AsyncIterator[tuple[int, int]]:
    """The ports of what is scraped: plain HTTP, and TLS that nobody trusts."""
    server = make_authority(SystemClock().now()).server(["127.0.0.1"])
    (tmp_path / "tls.pem").write_bytes(server.certificate + b"\n" + server.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    async with AsyncExitStack() as stack:
        ports = []
        for each in (None, context):
            app = web.Application()
            app.router.add_get("/{job}", _answer)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            port = free_port()
            await web.TCPSite(runner, "127.0.0.1", port, ssl_context=each).start()
            ports.append(port)
        yield ports[0], ports[1]


@pytest.fixture
def prometheus(tmp_path: Path, targets: tuple[int, int]) -> Iterator[str]:
    (tmp_path / "prometheus.yml").write_text(_config(*targets))
    address = f"127.0.0.1:{free_port()}"
    with running(
        tmp_path,
        f"http://{address}",
        binary("prometheus"),
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address={address}",
    ) as url:
        yield url


def rows(fleet: Fleet) -> dict[str, TargetRow]:
    return {row.job: row for row in fleet.clusters[0].targets or ()}


def is_scraped(fleet: Fleet) -> bool:
    found = rows(fleet)
    return len(found) > len(EXPECTED) and all(
        row.health in {Health.UP, Health.DOWN, Health.ABSENT} for row in found.values()
    )


async def test_every_kind_of_failure_is_told_in_words(prometheus: str) -> None:
    lines = (
        *(InventoryTarget(job, None, expected=True) for job in EXPECTED),
        InventoryTarget("gone", "127.0.0.1:9", expected=True),
    )
    cluster = ClusterConfig(
        "lab", {"cluster": "lab"}, prometheus=Endpoint((prometheus,)), inventory=lines
    )
    config = Config(Path("x.toml"), (cluster,), refresh_seconds=1, timeout_seconds=0.9)
    async with running_engine(config) as engine:
        fleet = await until(engine, is_scraped, seconds=90)
        found = rows(fleet)
        listed = [row.target for row in found.values() if row.target is not None]
        pasts = await engine.strips([("lab", target) for target in listed])
    told = {
        job: scrape_error(row.last_error).kind if row.last_error else None
        for job, row in found.items()
        if job != "gone"
    }
    assert told == EXPECTED, {job: row.last_error for job, row in found.items()}
    assert found["up"].health is Health.UP
    assert found["gone"].health is Health.ABSENT
    slow = found["timeout"].target
    assert slow is not None
    assert slow.timeout_ratio > 0.8
    findings = {f.subject.split()[0]: f for f in fleet.clusters[0].findings}
    assert "job_name" in findings["gone"].fixes[0]
    assert "connect" not in findings["refused"].detail
    days = {target.job: past for target, past in zip(listed, pasts, strict=True)}
    well, ill = days["up"], days["refused"]
    assert isinstance(well, Past)
    assert isinstance(ill, Past)
    assert (well.up[-1], ill.up[-1]) == (1.0, 0.0)
