"""A lab of as many nodes as one asks for."""

from __future__ import annotations

import asyncio
import tomllib

import httpx
import pytest

from talosapi.caller import RawUnary
from talosapi.certificate import read_certificate
from talosapi.config import load_config
from talosapi.proto import machine_pb2 as machine
from talosapi.transport import Transport
from tests.lab.apid_caller import MACHINE
from tui.lab.__main__ import options_parser
from tui.lab.estate import Reach, Role
from tui.lab.fleet import SMALLEST, fleet
from tui.lab.server import Lab, LabOptions
from tui.lab.story import Story


@pytest.mark.parametrize("count", [SMALLEST, 15, 100, 700])
def test_fleet_has_as_many_nodes_as_asked_and_no_two_alike(count: int) -> None:
    plan = fleet(count)
    assert len({node.name for node in plan.nodes}) == count
    assert len({node.address for node in plan.nodes}) == count
    for cluster in plan.clusters:
        planes = [x for x in plan.of(cluster) if x.role is Role.CONTROL_PLANE]
        assert len(planes) == 3


def test_one_worker_is_dead_and_one_is_a_black_hole() -> None:
    lost = [node for node in fleet(15).nodes if node.reach is not Reach.ANSWERS]
    assert [node.reach for node in lost] == [Reach.REFUSES, Reach.SILENT]
    assert [node.role for node in lost] == [Role.WORKER, Role.WORKER]


def test_every_node_of_a_fleet_has_pods_and_targets() -> None:
    estate = Story(plan=fleet(15)).at(LabOptions().at)
    pods = {pod.node for cluster in estate.clusters for pod in cluster.pods}
    targets = {target.labels.get("node") for target in estate.targets}
    names = {node.name for cluster in estate.clusters for node in cluster.nodes}
    assert names <= pods
    assert names <= targets


async def test_every_server_of_a_fleet_knows_its_nodes() -> None:
    async with Lab(LabOptions(nodes=15, speed=0)) as lab, httpx.AsyncClient() as http:
        urls = lab.environment
        counters = (await http.get(f"{urls.control_url}/counters")).json()
        up = await http.get(f"{urls.prometheus_url}/api/v1/query?query=up")
        config = tomllib.loads(urls.taloscope_config.read_text())
    nodes = {one["metric"].get("node") for one in up.json()["data"]["result"]}
    assert len(nodes - {None}) == 15
    assert len(counters) == 9
    assert {len(one["talos"]["nodes"]) for one in config["clusters"].values()} == {5}


async def test_apid_of_a_fleet_answers_for_each_living_node() -> None:
    async with Lab(LabOptions(nodes=15, speed=0)) as lab:
        config = load_config(lab.environment.talosconfig)
        names = []
        for cluster in ("prod", "monit", "agentic"):
            transport = Transport(config.context(cluster))
            channel = await transport.channel()
            call: RawUnary = channel.unary_unary(f"{MACHINE}Hostname")
            for node in lab.world.story.plan.of(cluster):
                if node.reach is Reach.ANSWERS:
                    metadata = [("node", node.address)]
                    raw = await call(b"", metadata=metadata, timeout=5)
                    (answer,) = machine.HostnameResponse.FromString(raw or b"").messages
                    assert answer.hostname == node.name
                    names.append(node.name)
            await transport.close()
        assert len(names) > 10


async def test_a_hundred_nodes_are_up_before_anybody_gives_up() -> None:
    # Three seconds on a quiet machine; the demo waits for twenty.
    async with asyncio.timeout(20), Lab(LabOptions(nodes=100, speed=0)) as lab:
        assert len(lab.apids) == 9


@pytest.mark.parametrize("text", ["11", "many", "-5", ""])
def test_too_few_nodes_are_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        options_parser().parse_args(["--nodes", text])
    assert "is no number from 12 on" in capsys.readouterr().err


async def test_control_stops_and_starts_apids() -> None:
    async with Lab(LabOptions(speed=0)) as lab, httpx.AsyncClient() as http:
        control = lab.environment.control_url
        apid = next(one for one in lab.apids.values() if one.cluster == "prod")
        order = {"cluster": "prod", "action": "stop"}
        stopped = await http.post(f"{control}/apid", json=order)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", apid.port)
        order["action"] = "start"
        started = await http.post(f"{control}/apid", json=order)
        _, writer = await asyncio.open_connection("127.0.0.1", apid.port)
        writer.close()
        refused = await http.post(f"{control}/apid", json={"cluster": "prod"})
    assert stopped.json()["faults"] == ["apid-down:prod"]
    assert started.json()["faults"] == []
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("fault", "role", "days"),
    [
        ("reader-role", "os:reader", 364),
        ("cert-expiring", "os:admin", 2),
        ("cert-expired", "os:admin", -1),
    ],
)
async def test_talosconfig_is_as_the_faults_want_it(
    fault: str, role: str, days: int
) -> None:
    async with Lab(LabOptions(speed=0, faults=(fault,))) as lab:
        context = load_config(lab.environment.talosconfig).context("prod")
        now = lab.world.now()
    certificate = read_certificate(context.crt)
    assert certificate.roles == (role,)
    assert (certificate.not_after - now).days == days
