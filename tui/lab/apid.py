"""The lab's apid: one endpoint of one cluster, that a client cannot tell from Talos.

It routes by the metadata `node` and `nodes`, passes the caller's roles on, and
answers with Talos' statuses and texts (siderolabs/talos internal/app/apid).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, TypeAlias

import grpc

from tui.lab.apid_calls import ApidError, ApidWorld, TakesOrders, no_act
from tui.lab.apid_counters import Counters
from tui.lab.apid_router import Request, Router
from tui.lab.apid_table import is_tail
from tui.lab.apid_tls import Terminator, server_context
from tui.lab.certificates import Credentials

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Serve = Callable[[str, bytes, Context], AsyncIterator[bytes]]


class Apid:
    """An apid on 127.0.0.1.

    cluster     whose nodes it can reach
    address     the node that it runs on; a worker forwards nothing
    credentials the server's certificate, with 127.0.0.1 among its names
    authority   the PEM of the CA that clients' certificates must come from
    """

    def __init__(
        self,
        world: ApidWorld,
        cluster: str,
        address: str,
        credentials: Credentials,
        authority: bytes,
    ) -> None:
        self.cluster = cluster
        self.address = address
        self.counters = Counters()
        act = world.act if isinstance(world, TakesOrders) else no_act
        self._router = Router(world, cluster, address, act)
        self._tls = server_context(credentials, authority)
        self._folder: TemporaryDirectory[str] | None = None
        self._server: grpc.aio.Server | None = None
        self._terminator: Terminator | None = None
        self.port = 0

    @property
    def endpoint(self) -> str:
        """Where it listens, as a talosconfig names it."""
        return f"127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen, on any free port unless one is given."""
        self._folder = TemporaryDirectory(prefix="lab-apid-")
        folder = Path(self._folder.name)
        upstream = folder / "machined.sock"
        self._server = grpc.aio.server(handlers=[_Handler(self._serve)])
        self._server.add_insecure_port(f"unix:{upstream}")
        await self._server.start()
        self._terminator = Terminator(
            self._tls, folder, upstream, self.counters.connections
        )
        self.port = self._terminator.start(port)

    async def stop_listening(self) -> None:
        """Cut every connection and let the port refuse, as an apid that ends does."""
        if self._terminator is not None:
            await self._terminator.stop()

    async def listen(self) -> None:
        """Take connections again, on the port that it had."""
        if self._terminator is not None and not self._terminator.is_open:
            self._terminator.start()

    async def close(self) -> None:
        """Cut every connection and leave nothing behind."""
        if self._terminator is not None:
            await self._terminator.close()
        if self._server is not None:
            await self._server.stop(None)
        if self._folder is not None:
            self._folder.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _serve(
        self, method: str, body: bytes, context: Context
    ) -> AsyncIterator[bytes]:
        """Answer one call. On the wire a unary answer is a stream of one message."""
        metadata = [
            (key, str(value)) for key, value in context.invocation_metadata() or ()
        ]
        request = Request(
            method=method,
            body=body,
            node=tuple(value for key, value in metadata if key == "node"),
            nodes=tuple(value for key, value in metadata if key == "nodes"),
            roles=self._roles(context.peer()),
        )
        try:
            async with aclosing(self._router.answer(request)) as answers:
                with self.counters.calling(method, is_tail=is_tail(method)):
                    async for answer in answers:
                        yield answer
        except ApidError as error:
            await context.abort(error.code, error.text)

    def _roles(self, peer: str) -> tuple[str, ...]:
        """Who is calling; nobody in particular when the connection is already gone."""
        roles = self._terminator.roles if self._terminator else {}
        return roles.get(peer.removeprefix("unix:"), ())


class _Handler(grpc.GenericRpcHandler):
    """Takes every method, so that what is unknown is answered as Talos does."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes]:
        """One handler for all methods; gRPC's side of the name is fixed."""
        serve = partial(self._serve, handler_call_details.method)
        return grpc.unary_stream_rpc_method_handler(serve)
