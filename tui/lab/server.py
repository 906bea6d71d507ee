"""The whole lab: every server of the estate, and the files that lead to them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from secrets import token_urlsafe
from types import TracebackType
from typing import Self

from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from tui.lab import exporters
from tui.lab.access import KubernetesAccess, kubeconfig, taloscope_config
from tui.lab.alertmanager import Alertmanager
from tui.lab.apid import Apid
from tui.lab.certificates import (
    CLIENT_LIFETIME,
    Authority,
    Credentials,
    TalosAccess,
    make_authority,
    talosconfig,
)
from tui.lab.clock import LabClock, machine_now
from tui.lab.control import control_app
from tui.lab.crowd import NOBODY, Crowd
from tui.lab.crowd_silences import crowd_silences
from tui.lab.estate import LabNode, Role
from tui.lab.faults import FaultSet
from tui.lab.fleet import fleet
from tui.lab.homelab import HOMELAB
from tui.lab.http import Server
from tui.lab.kubernetes import Kubernetes, tls_context
from tui.lab.loki import Loki
from tui.lab.prometheus import Prometheus
from tui.lab.world import World

_POD_PORTS = {"prometheus": 9090, "alertmanager": 9093, "loki": 3100}
"""The pods of monit that answer a port-forward, by the beginning of their names."""


class LabOptions(Struct, frozen=True):
    """How a lab starts.

    at      where the story begins, from its zero
    speed   story seconds per second; 0 stands still
    faults  names of `tui.lab.faults.FAULTS`
    now     when given, the wall starts there and moves only with the story
    nodes   None for the homelab; else a fleet of so many nodes
    crowd   targets, alerts and silences beside those of the estate
    """

    at: timedelta = timedelta(0)
    speed: float = 1.0
    faults: tuple[str, ...] = ()
    now: datetime | None = None
    nodes: int | None = None
    crowd: Crowd = NOBODY


class LabEnvironment(Struct, frozen=True):
    """Where everything is."""

    taloscope_config: Path
    kubeconfig: Path
    talosconfig: Path
    prometheus_url: str
    alertmanager_url: str
    loki_url: str
    control_url: str

    def variables(self) -> Mapping[str, str]:
        """The same as environment variables."""
        return {
            "TALOSCOPE_CONFIG": str(self.taloscope_config),
            "KUBECONFIG": str(self.kubeconfig),
            "TALOSCONFIG": str(self.talosconfig),
            "PROMETHEUS_URL": self.prometheus_url,
            "ALERTMANAGER_URL": self.alertmanager_url,
            "LOKI_URL": self.loki_url,
            "LAB_CONTROL_URL": self.control_url,
        }


class Lab:
    """An async context manager: everything answers inside, nothing is left after.

    `world` lets a test in the same process move the story and switch faults on.
    """

    def __init__(self, options: LabOptions | None = None) -> None:
        asked = options or LabOptions()
        clock = LabClock(asked.at, asked.speed, asked.now)
        plan = HOMELAB if asked.nodes is None else fleet(asked.nodes)
        plan = replace(plan, crowd=asked.crowd)
        self.world = World(clock, FaultSet.of(asked.faults), plan)
        self.apids: dict[str, Apid] = {}
        self.alertmanager = Alertmanager(self.world)
        self.alertmanager.silences.load(crowd_silences(asked.crowd, self.world.when))
        self.peer = Alertmanager(self.world)
        self.peer.silences = self.alertmanager.silences
        self.loki = Loki(self.world)
        # What was started before a start that fails is stopped again.
        self._starting = AsyncExitStack()
        self._running = AsyncExitStack()
        self._environment: LabEnvironment | None = None

    @property
    def environment(self) -> LabEnvironment:
        """Where everything is; only inside the context."""
        if self._environment is None:
            raise RuntimeError("the lab has not been started")
        return self._environment

    async def __aenter__(self) -> Self:
        async with self._starting:
            self._environment = await self._start()
            self._running = self._starting.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._running.aclose()

    async def _start(self) -> LabEnvironment:
        # mkdtemp makes it 0700: credentials lie in there.
        folder = Path(tempfile.mkdtemp(prefix="taloscope-lab-"))
        self._starting.callback(shutil.rmtree, folder, ignore_errors=True)
        for each in (self.alertmanager, self.peer):
            each.loki_alerts = self.loki.ruler.alerts
        self.loki.feed.catch_up()  # the backlog now, and not while somebody waits
        alertmanager = await self._serve(self.alertmanager.app(), "alertmanager-down")
        prometheus = Prometheus(self.world, alertmanager)
        urls = {
            "alertmanager": alertmanager,
            "prometheus": await self._serve(prometheus.app(), "prometheus-down"),
            "loki": await self._serve(self.loki.app(), "loki-down"),
        }
        await self._clusters(folder, urls)
        await self._exporters()
        config = folder / "taloscope.toml"
        peers = await self._peers()
        config.write_text(taloscope_config(urls, peers, folder, self.world.story.plan))
        return LabEnvironment(
            taloscope_config=config,
            kubeconfig=folder / "kubeconfig",
            talosconfig=folder / "talosconfig",
            prometheus_url=urls["prometheus"],
            alertmanager_url=urls["alertmanager"],
            loki_url=urls["loki"],
            control_url=await self._serve(control_app(self.world, self.apids)),
        )

    async def _serve(
        self,
        app: web.Application,
        fault: str = "",
        cluster: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> str:
        """Serve an application whose port refuses while a fault is on."""
        app.on_response_prepare.append(self._date)
        server = Server(app, tls, lambda: self.world.faults.has(fault, cluster))
        self._starting.push_async_callback(server.stop)
        self.world.follow(server.refresh)
        return await server.start()

    async def _date(self, _request: web.Request, answer: web.StreamResponse) -> None:
        """Date an answer by the lab's own wall, which may be another than ours."""
        off = timedelta(hours=self.world.faults.has("servers-ahead"))
        answer.headers["Date"] = format_datetime(self.world.now() + off, usegmt=True)

    async def _peers(self) -> tuple[str, ...]:
        """Start the second peer of Alertmanager, if there is to be one."""
        if not self.world.faults.has("alertmanager-peer"):
            return ()
        url = await self._serve(self.peer.app(), "peer-down")
        self.world.follow(self._gossip)
        await self._gossip()
        return (url,)

    async def _gossip(self) -> None:
        """Let the peers have the same silences, or each its own."""
        shared = self.alertmanager.silences
        is_apart = self.world.faults.has("peer-apart")
        if is_apart and self.peer.silences is shared:
            self.peer.silences = shared.apart()
        elif not is_apart and self.peer.silences is not shared:
            shared.hear(self.peer.silences)
            self.peer.silences = shared

    async def _exporters(self) -> None:
        """Start the targets that answer."""
        authority = make_authority(machine_now(), "PVE Cluster Manager CA")
        tls = exporters.carrick_tls(authority)
        carrick = await self._serve(exporters.carrick_app(), tls=tls)
        agent = await self._serve(exporters.agent_app(), "agent-down")
        for address, url in ((exporters.CARRICK, carrick), (exporters.AGENT, agent)):
            self.world.served[address] = url.partition("://")[2]

    async def _clusters(self, folder: Path, urls: Mapping[str, str]) -> None:
        """Start each cluster's API server and apid, and write how to reach them."""
        clusters = self.world.story.plan.clusters
        kubernetes, talos = {}, {}
        for name in clusters:
            kubernetes[name] = await self._kubernetes(name, urls)
            talos[name] = await self._apids(name)
        _private(folder / "kubeconfig", kubeconfig(clusters[0], kubernetes))
        _private(folder / "talosconfig", talosconfig(clusters[0], talos))

    async def _kubernetes(
        self, cluster: str, urls: Mapping[str, str]
    ) -> KubernetesAccess:
        authority = make_authority(machine_now(), "kubernetes")
        pods = {
            (f"{server}-", port): urls[server].partition("://")[2]
            for server, port in _POD_PORTS.items()
        }
        api = Kubernetes(self.world, cluster, token_urlsafe(), pods)
        self.world.follow(api.follow)
        tls = tls_context(authority)
        url = await self._serve(api.app(), "kubernetes-down", cluster, tls)
        if cluster == "prod":
            self.world.served[exporters.API_SERVER] = url.partition("://")[2]
        client = authority.client(["system:masters"], common_name="admin")
        return KubernetesAccess(url, authority, client)

    async def _apids(self, cluster: str) -> TalosAccess:
        """Start an apid on each control plane of a cluster."""
        authority = make_authority(machine_now())
        nodes = self.world.story.plan.of(cluster)
        endpoints = [
            await self._apid(node, authority)
            for node in nodes
            if node.role is Role.CONTROL_PLANE
        ]
        return TalosAccess(
            tuple(endpoints),
            tuple(node.address for node in nodes),
            authority,
            self._talos_client(authority),
        )

    async def _apid(self, node: LabNode, authority: Authority) -> str:
        """Serve one node's apid, on a port that refuses while `apid-down` is on."""

        def is_down() -> bool:
            faults = self.world.faults
            return any(faults.has("apid-down", at) for at in (node.cluster, node.name))

        apid = Apid(
            self.world,
            node.cluster,
            node.address,
            authority.server(["127.0.0.1", node.address, node.name]),
            authority.pem,
        )

        async def follow() -> None:
            await (apid.stop_listening() if is_down() else apid.listen())

        await self._starting.enter_async_context(apid)
        self.apids[apid.endpoint] = apid
        self.world.follow(follow)
        await follow()
        return apid.endpoint

    def _talos_client(self, authority: Authority) -> Credentials:
        """The certificate of the talosconfig, as the faults at the start have it."""
        faults = self.world.faults
        role = "os:reader" if faults.has("reader-role") else "os:admin"
        lifetime = CLIENT_LIFETIME
        if faults.has("cert-expiring"):
            lifetime = timedelta(days=3)
        if faults.has("cert-expired"):
            lifetime = timedelta(minutes=-1)
        return authority.client([role], lifetime=lifetime)


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


async def run_lab(
    options: LabOptions,
    ready: Callable[[LabEnvironment], None],
    parent: int | None = None,
) -> None:
    """Start a lab, say when it answers, serve until a signal or the parent's end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with Lab(options) as lab:
        ready(lab.environment)
        watch = asyncio.create_task(_watch(parent, lab.world.clock, stop))
        await stop.wait()
        watch.cancel()


async def _watch(parent: int | None, clock: LabClock, stop: asyncio.Event) -> None:
    """Stop when the parent has ended: a lab must not outlive its dashboard."""
    if parent is None:
        return
    is_child = os.getppid() == parent
    while _exists(parent) and (not is_child or os.getppid() == parent):
        await clock.tick(0.5)
    stop.set()


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
