"""An API server with one Service, two pods and a real port-forward, for tests."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from tui.lab.kube_forward import V4, Kubelet, behind


class Cluster:
    """What the API server says, and what lies behind it."""

    def __init__(self, protocols: tuple[str, ...] = (V4,)) -> None:
        self.ready = ["web-0", "web-1"]
        self.servers: dict[tuple[str, int], str] = {}
        self.kubelet = Kubelet(behind(self.servers), protocols)
        self.asked: list[str] = []
        self.refused = False
        self.gone: set[str] = set()
        """Pods that the EndpointSlice still lists."""
        self.mute: set[str] = set()
        """Pods whose kubelet never answers."""

    def app(self) -> web.Application:
        app = web.Application()
        base = "/api/v1/namespaces/apps"
        app.router.add_get(f"{base}/services", self._services)
        app.router.add_get(f"{base}/pods/{{name}}/portforward", self._forward)
        slices = "/apis/discovery.k8s.io/v1/namespaces/apps/endpointslices"
        app.router.add_get(slices, self._slices)
        return app

    async def _services(self, _: web.Request) -> web.Response:
        ports = [{"name": "http", "port": 80, "targetPort": "web"}]
        meta = {"name": "web", "namespace": "apps"}
        return web.json_response(
            {"items": [{"metadata": meta, "spec": {"ports": ports}}]}
        )

    async def _slices(self, _: web.Request) -> web.Response:
        endpoints = [
            {
                "addresses": [f"10.0.0.{number}"],
                "conditions": {"ready": f"web-{number}" in self.ready},
                "targetRef": {"kind": "Pod", "name": f"web-{number}"},
            }
            for number in range(2)
        ]
        meta = {"name": "web-x", "labels": {"kubernetes.io/service-name": "web"}}
        ports = [{"name": "http", "port": 8080}]
        item = {"metadata": meta, "endpoints": endpoints, "ports": ports}
        return web.json_response({"items": [item]})

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        pod = request.match_info["name"]
        self.asked.append(pod)
        if self.refused:
            raise web.HTTPForbidden(text="pods/portforward is forbidden")
        if pod in self.mute:
            await asyncio.Event().wait()
        if pod not in self.ready or pod in self.gone:
            raise web.HTTPNotFound(text=f'pods "{pod}" not found')
        return await self.kubelet.forward(request, pod)


@asynccontextmanager
async def serving(cluster: Cluster, folder: Path) -> AsyncIterator[Path]:
    """Serve it; gives the kubeconfig that leads there."""
    server = TestServer(cluster.app())
    await server.start_server()
    path = folder / "kubeconfig"
    document = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [
            {
                "name": "here",
                "cluster": {"server": str(server.make_url("")).rstrip("/")},
            }
        ],
        "users": [{"name": "me", "user": {"token": "t0ken"}}],
    }
    path.write_text(yaml.safe_dump(document))
    try:
        yield path
    finally:
        await server.close()


@asynccontextmanager
async def echoing() -> AsyncIterator[str]:
    """A TCP server that sends back what it gets, and ends when it is ended."""

    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(4096):
                writer.write(piece)
                await writer.drain()
            writer.write_eof()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(carry(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def noise(size: int, seed: int) -> bytes:
    """Bytes that are the same each time, and like no others."""
    return random.Random(seed).randbytes(size)
