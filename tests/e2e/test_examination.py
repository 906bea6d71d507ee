"""What to look at next, of the lab's targets: real sockets, a real API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.e2e.labs import RunningLab, running_lab
from tests.engines import running, until
from tui.config import load
from tui.engine.engine import Engine
from tui.model.examination import (
    Examination,
    ExamState,
    Subject,
    TargetCheck,
    TargetKind,
)
from tui.model.fleet import Fleet
from tui.model.target import Health, TargetRow

PASS, FAIL = ExamState.PASSED, ExamState.FAILED
UNKNOWN, NOT_RUN = ExamState.UNKNOWN, ExamState.NOT_RUN


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as started:
        yield started


@asynccontextmanager
async def looking(lab: RunningLab, *faults: str) -> AsyncIterator[Engine]:
    await asyncio.to_thread(lab.faults, faults)
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    try:
        async with running(config) as engine:
            async with asyncio.timeout(40):
                await engine.settled()
            yield engine
    finally:
        await asyncio.to_thread(lab.faults, (), faults)


def row_of(fleet: Fleet, cluster: str, job: str) -> TargetRow | None:
    known = fleet.cluster(cluster)
    rows = (known.targets if known else None) or ()
    return next((row for row in rows if row.job == job), None)


async def down(engine: Engine, cluster: str, job: str) -> Subject:
    """The target, once Prometheus says that it is down."""

    def is_down(fleet: Fleet) -> bool:
        row = row_of(fleet, cluster, job)
        return row is not None and row.health is Health.DOWN

    row = row_of(await until(engine, is_down), cluster, job)
    assert row is not None
    return Subject.of(cluster, row)


async def examined(engine: Engine, subject: Subject, *chosen: str) -> Examination:
    inquiry = engine.examine(subject)
    ids = chosen or tuple(check.id for check in inquiry.current.checks)
    async with asyncio.timeout(20):
        await inquiry.run(ids, lambda: None)
    return inquiry.current


def states(found: Examination) -> dict[str, ExamState]:
    return {check.id: check.state for check in found.checks}


def check(found: Examination, name: str) -> TargetCheck:
    return next(each for each in found.checks if each.id == name)


async def test_a_proxmox_host_behind_its_own_ca_that_wants_credentials(
    lab: RunningLab,
) -> None:
    async with looking(lab) as engine:
        subject = await down(engine, "monit", "proxmox-carrick")
        found = await examined(engine, subject)
    assert found.kind is TargetKind.PROXMOX
    assert states(found) == {"tcp": PASS, "tls": FAIL, "http": PASS}
    assert "issuer O=PVE Cluster Manager CA" in check(found, "tls").seen
    assert check(found, "http").words == "HTTP 401: it answers and wants credentials"
    assert found.conclusion == (
        "Its certificate is signed by O=PVE Cluster Manager CA, which the scrape "
        "config must name as its CA (ca_file); behind it, it asks for credentials "
        "(401)."
    )
    (asked,) = check(found, "tcp").asked
    assert asked.at is not None
    assert 0 < asked.seconds < 2


async def test_nothing_is_dialled_before_somebody_says_so(lab: RunningLab) -> None:
    async with looking(lab, "agent-down") as engine:
        subject = await down(engine, "agentic", "claude-agent")
        found = await examined(engine, subject, "pods", "service", "endpoints")
    assert found.kind is TargetKind.APPLICATION
    assert states(found) == {
        "pods": FAIL,
        "service": PASS,
        "endpoints": FAIL,
        "tcp": NOT_RUN,
        "http": NOT_RUN,
    }
    assert found.conclusion == (
        "Its pod agents/claude-agent-5c8f7d9b64-9tq4w is not ready "
        "(CrashLoopBackOff): look at its log."
    )


async def test_a_crashed_application_refuses(lab: RunningLab) -> None:
    async with looking(lab, "agent-down") as engine:
        subject = await down(engine, "agentic", "claude-agent")
        found = await examined(engine, subject)
    tcp = check(found, "tcp")
    assert tcp.state is FAIL
    assert "refused the connection" in tcp.words
    assert check(found, "http").state is UNKNOWN


async def test_a_target_made_by_a_service_monitor(lab: RunningLab) -> None:
    async with looking(lab, "operator-down") as engine:
        job = "kube-prometheus-stack-operator"
        subject = await down(engine, "monit", job)
        found = await examined(engine, subject, "pods", "endpoints", "monitor")
    monitor = check(found, "monitor")
    assert monitor.state is PASS
    assert monitor.words == (
        f"monitoring/{job} selects monitoring/{job} and a port of it"
    )
    assert check(found, "endpoints").state is FAIL
    assert check(found, "pods").state is FAIL


async def test_a_target_behind_the_api_servers_proxy(lab: RunningLab) -> None:
    async with looking(lab, "argocd-through-proxy") as engine:
        subject = await down(engine, "prod", "argocd-metrics")
        found = await examined(engine, subject)
    assert check(found, "proxy").state is FAIL
    assert check(found, "tcp").state is PASS
    assert check(found, "http").words == "HTTP 401: it answers and wants credentials"
    assert found.conclusion == (
        "It is scraped through the API server's proxy, which times out across nodes: "
        "scrape its NodePort 30082 on any node instead."
    )


async def test_a_false_positive_is_not_looked_for_in_vain(lab: RunningLab) -> None:
    async with looking(lab, "kube-proxy-target-down") as engine:
        subject = await down(engine, "prod", "kube-proxy")

        def is_judged(_: Fleet) -> bool:
            current = engine.examine(subject).current
            judged = [c for c in current.checks if c.id == "judged"]
            return bool(judged) and judged[0].state is PASS

        await until(engine, is_judged)
        found = await examined(engine, subject, "judged", "monitor")
    assert found.kind is TargetKind.COMPONENT
    assert found.conclusion.startswith("Nothing is broken (Cilium replaces it")
    assert check(found, "monitor").state is PASS


async def test_a_dead_node_explains_its_exporter(lab: RunningLab) -> None:
    async with looking(lab, "node-dead:talos-wk-3") as engine:

        def is_down(fleet: Fleet) -> bool:
            return any(
                row.health is Health.DOWN and row.instance.startswith("10.10.0.43")
                for row in exporters(fleet)
            )

        fleet = await until(engine, is_down)
        (row,) = [each for each in exporters(fleet) if each.health is Health.DOWN]
        subject = Subject.of("prod", row)
        found = await examined(engine, subject, "node", "exporter")
    assert found.kind is TargetKind.NODE_EXPORTER
    assert check(found, "node").state is FAIL
    assert found.conclusion == (
        "Its node talos-wk-3 has gone quiet: begin with the machine, not with the "
        "target."
    )


def exporters(fleet: Fleet) -> list[TargetRow]:
    known = fleet.cluster("prod")
    rows = (known.targets if known else None) or ()
    return [row for row in rows if row.job == "talos-node-exporter"]


async def test_what_may_not_be_read_is_said_to_be_forbidden(lab: RunningLab) -> None:
    faults = ("agent-down", "forbidden:services")
    async with looking(lab, *faults) as engine:
        subject = await down(engine, "agentic", "claude-agent")
        found = await examined(engine, subject, "service", "endpoints")
    service = check(found, "service")
    assert service.state is UNKNOWN
    assert 'cannot list resource "services"' in service.words
    assert check(found, "endpoints").state is UNKNOWN


async def test_a_check_made_again_asks_again_and_keeps_the_others(
    lab: RunningLab,
) -> None:
    async with looking(lab) as engine:
        subject = await down(engine, "monit", "proxmox-carrick")
        inquiry = engine.examine(subject)
        await inquiry.run(("tcp", "tls"), lambda: None)
        first = {each.id: each.asked[0].at for each in inquiry.current.checks}
        seen: list[ExamState] = []
        await inquiry.run(("tcp",), lambda: seen.append(states(inquiry.current)["tcp"]))
        second = {each.id: each.asked[0].at for each in inquiry.current.checks}
    assert seen[0] is ExamState.RUNNING
    assert seen[-1] is PASS
    assert first["tls"] == second["tls"]
    assert first["tcp"] != second["tcp"]


async def test_one_who_goes_away_ends_what_is_asked(lab: RunningLab) -> None:
    async with looking(lab) as engine, black_hole() as url:
        subject = await down(engine, "monit", "proxmox-carrick")
        inquiry = engine.examine(replace(subject, scrape_url=url))
        runs = asyncio.Event()
        task = asyncio.create_task(inquiry.run(("http",), runs.set))
        await runs.wait()
        assert inquiry.current.is_running
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert states(inquiry.current)["http"] is NOT_RUN


@asynccontextmanager
async def black_hole() -> AsyncIterator[str]:
    """A server that takes connections and says nothing."""

    async def silent(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/metrics"
