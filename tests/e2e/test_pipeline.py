"""The log pipeline of a lab whose stages are broken in turn, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.e2e.lab_time import START, LabTime
from tests.e2e.labs import RunningLab, running_lab
from tests.engines import running, until
from tui.config import load
from tui.engine.engine import Engine
from tui.lab.lines import lines
from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet
from tui.model.pipeline import Comparison, NodePipeline, Pipeline, Stage, StageState

NODE = "talos-wk-3"
OURS = {FindingKind.NODE_SILENT, FindingKind.LOG_PIPELINE}


@contextmanager
def lab_with(*faults: str) -> Iterator[RunningLab]:
    options = [word for fault in faults for word in ("--fault", fault)]
    with running_lab("--at", "1m", *options) as lab:
        yield lab


@asynccontextmanager
async def engine_on(lab: RunningLab) -> AsyncIterator[Engine]:
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    async with running(replace(config, timeout_seconds=5)) as engine:
        for cluster in config.clusters:
            for address in cluster.talos_nodes:
                engine.compare(cluster.name, address)
        yield engine


async def read(*faults: str) -> Fleet:
    """What is known once everything was asked."""
    with lab_with(*faults) as lab:
        async with engine_on(lab) as engine, asyncio.timeout(30):
            await engine.settled()
            return engine.fleet


def pipelines(fleet: Fleet) -> list[Pipeline]:
    return [each.pipeline for each in fleet.clusters if each.pipeline is not None]


def in_state(fleet: Fleet, state: StageState) -> set[tuple[str, Stage]]:
    """Which stages of which nodes; shared ones are under the cluster's name."""
    found = set()
    for way in pipelines(fleet):
        found |= {
            (x.name, y.stage) for x in way.nodes for y in x.stages if y.state is state
        }
        found |= {
            (way.cluster, each.stage) for each in way.shared if each.state is state
        }
    return found


def broken(fleet: Fleet) -> set[tuple[str, Stage]]:
    return in_state(fleet, StageState.BROKEN)


def ours(fleet: Fleet) -> list[tuple[str, Finding]]:
    return [
        (each.name, found)
        for each in fleet.clusters
        for found in each.findings
        if found.kind in OURS
    ]


def node_of(fleet: Fleet, name: str) -> NodePipeline:
    return next(x for way in pipelines(fleet) for x in way.nodes if x.name == name)


def comparison(fleet: Fleet, name: str) -> Comparison:
    found = node_of(fleet, name).comparison
    assert found is not None
    return found


async def test_of_a_whole_pipeline_every_stage_is_proven_and_no_line_lost() -> None:
    fleet = await read()
    assert {way.state for way in pipelines(fleet)} == {StageState.OK}
    assert ours(fleet) == []
    compared = [x.comparison for way in pipelines(fleet) for x in way.nodes]
    assert [each.lost for each in compared if each] == [0] * 6
    assert sum(each.printed for each in compared if each) > 1000


@pytest.mark.parametrize(
    ("fault", "stage"),
    [
        (f"logging-off:{NODE}", Stage.CONFIG),
        (f"kernel-logging-off:{NODE}", Stage.CONFIG),
        (f"vector-down:{NODE}", Stage.VECTOR),
        (f"node-silent:{NODE}", Stage.LOKI),
        (f"lines-lost:{NODE}:9", Stage.LOKI),
    ],
)
async def test_a_stage_of_one_node_breaks_there_and_nowhere_else(
    fault: str, stage: Stage
) -> None:
    fleet = await read(fault)
    assert broken(fleet) == {(NODE, stage)}
    assert [(name, f.subject, f.verdict) for name, f in ours(fleet)] == [
        ("prod", NODE, Verdict.REAL)
    ]


async def test_a_service_that_is_gone_breaks_the_port_of_all_nodes_of_its_cluster() -> (
    None
):
    fleet = await read("node-port-gone:prod")
    names = {x.name for x in pipelines(fleet)[0].nodes}
    assert broken(fleet) == {(name, Stage.PORT) for name in names}
    assert [(name, f.subject) for name, f in ours(fleet)] == [("prod", "prod")]


@pytest.mark.parametrize(
    ("fault", "stage"),
    [
        ("log-rule-missing:ISCSIKernelError", Stage.RULES),
        ("log-rule-fails:BTRFSCorruptionDetected", Stage.RULES),
        ("log-rules-late", Stage.RULES),
        ("ruler-unwired", Stage.ALERTMANAGER),
    ],
)
async def test_what_breaks_in_a_shared_loki_is_told_of_once(
    fault: str, stage: Stage
) -> None:
    fleet = await read(fault)
    assert broken(fleet) == {(x, stage) for x in ("prod", "monit", "agentic")}
    assert [(name, f.subject) for name, f in ours(fleet)] == [
        ("monit", f"loki {stage.value}")
    ]


async def test_an_alert_that_never_arrives_breaks_the_last_stage() -> None:
    with running_lab("--at", "6m", "--fault", "ruler-lost") as lab:
        async with engine_on(lab) as engine:
            await engine.settled()
            assert {stage for _, stage in broken(engine.fleet)} == {Stage.ALERTMANAGER}
            (_, found), *_ = ours(engine.fleet)
            assert "BTRFSCorruptionDetected fires in Loki" in found.detail


async def test_an_alert_that_arrived_proves_the_last_stage() -> None:
    with running_lab("--at", "6m", "--fault", "loki-config-hidden") as lab:
        async with engine_on(lab) as engine:
            await engine.settled()
            shared = pipelines(engine.fleet)[0].shared[1]
            assert shared.state is StageState.OK
            assert shared.words.startswith("proven: BTRFSCorruptionDetected")


@pytest.mark.parametrize(
    ("fault", "stages"),
    [
        ("forbidden:pods", {Stage.VECTOR}),
        ("forbidden:services", {Stage.PORT}),
        ("loki-config-hidden", {Stage.ALERTMANAGER}),
        ("loki-down", {Stage.LOKI, Stage.RULES, Stage.ALERTMANAGER}),
        ("loki-tail-cut", {Stage.LOKI}),
    ],
)
async def test_what_may_not_be_read_is_no_failure_and_no_success(
    fault: str, stages: set[Stage]
) -> None:
    fleet = await read(fault)
    assert broken(fleet) == set()
    assert {stage for _, stage in in_state(fleet, StageState.UNKNOWN)} == stages
    assert ours(fleet) == []


async def test_a_reader_infers_machine_logging_from_the_stream_and_says_so() -> None:
    fleet = await read("reader-role")
    assert broken(fleet) == set()
    words = {x.stages[0].words for way in pipelines(fleet) for x in way.nodes}
    assert all("inferred from entries of its services" in each for each in words)
    assert all("os:admin" in each or "not authorized" in each for each in words)


async def test_a_new_talos_that_sends_each_kernel_line_twice_loses_none() -> None:
    fleet = await read(f"new-talos:{NODE}")
    assert comparison(fleet, NODE).printed > 100
    assert comparison(fleet, NODE).lost == 0
    assert broken(fleet) == set()


async def moved(
    lab: RunningLab, engine: Engine, clock: LabTime, fault: str, verdict: Verdict
) -> tuple[Fleet, timedelta]:
    """Break it now; the fleet that judges the silent node so, and how long that took.

    A node is seen to be silent before the Pod that carried its lines is read again;
    until then nobody can tell why.
    """
    lab.faults(add=(fault,))
    began = clock.now()

    def tells(fleet: Fleet) -> bool:
        return any(
            f.kind is FindingKind.NODE_SILENT and f.verdict is verdict
            for _, f in ours(fleet)
        )

    fleet = await until(engine, tells, 20)
    return fleet, clock.now() - began


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (f"node-silent:{NODE}", Verdict.UNDECIDED),
        (f"vector-down:{NODE}", Verdict.REAL),
    ],
)
async def test_a_node_that_goes_silent_is_told_of_within_two_minutes(
    fault: str, verdict: Verdict
) -> None:
    speed = 10.0
    story = ("--at=-10m", "--speed", str(speed), "--now", START.isoformat())
    with running_lab(*story) as lab:
        seen = datetime.fromisoformat(lab.state()["now"])
        clock = LabTime(speed, seen)
        config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
        slow = replace(config, refresh_seconds=10, timeout_seconds=60)
        async with running(slow, clock) as engine:
            await until(engine, lambda fleet: bool(pipelines(fleet)))
            await engine.settled()
            assert ours(engine.fleet) == []
            fleet, took = await moved(lab, engine, clock, fault, verdict)
        ((_, found),) = ours(fleet)
        assert found.subject == NODE
        assert took <= timedelta(minutes=2)


async def test_as_many_lines_are_counted_as_got_lost() -> None:
    every = 5
    with lab_with(f"lines-lost:{NODE}:{every}") as lab:
        async with engine_on(lab) as engine, asyncio.timeout(30):
            await engine.settled()
            found = comparison(engine.fleet, NODE)
            address = node_of(engine.fleet, NODE).address
            told = lab.state()
    began = timedelta(seconds=float(told["at_seconds"]))
    zero = datetime.fromisoformat(told["now"]) - began
    before, after = lost_between(zero, found, address, every)
    assert before <= found.lost <= after
    assert after - before <= 1
    assert found.lost > 10


def lost_between(
    zero: datetime, found: Comparison, address: str, every: int
) -> tuple[int, int]:
    """Lines that the lab lost in the stretch, whose edges dmesg shifts by a second."""
    second = timedelta(seconds=1)
    counts = []
    for edge in (second, -second):
        told = lines(found.since - zero + edge, found.until - zero - edge, address)
        counts.append(sum(x.service == "kernel" and x.seq % every == 0 for x in told))
    return counts[0], counts[1]


def test_check_tells_of_a_silent_node_and_where_it_breaks() -> None:
    with lab_with(f"vector-down:{NODE}") as lab:
        code, report = lab.check()
    assert code == 1
    (prod,) = [each for each in report["clusters"] if each["name"] == "prod"]
    (found,) = [each for each in prod["findings"] if each["kind"] == "node-silent"]
    assert (found["subject"], found["verdict"]) == (NODE, "real")
    assert found["detail"].startswith("vector: vector-wk-3 Running, not Ready")
    broken_at = {each["name"]: each["broken_at"] for each in prod["pipeline"]["nodes"]}
    assert {name for name, stage in broken_at.items() if stage} == {NODE}
