"""The client: one method a call, one node a call, and a deadline on each.

    async with TalosClient(find_config().context("prod")) as talos:
        for service in await talos.services("10.10.0.40"):
            print(service.id, service.state)

Values come back, never protobuf; every failure is a TalosError.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from talosapi.caller import Caller
from talosapi.config import TalosContext
from talosapi.etcd_calls import EtcdCalls
from talosapi.machine_calls import MachineCalls
from talosapi.resource_calls import ResourceCalls
from talosapi.tail_calls import TailCalls
from talosapi.transport import DIAL_SECONDS
from talosapi.workload_calls import WorkloadCalls


class TalosClient(MachineCalls, WorkloadCalls, EtcdCalls, ResourceCalls, TailCalls):
    """All nodes of one talosconfig context. Dials on the first call.

    dial_seconds  how long an endpoint may take to let us in before the next one is
                  tried; also how long one may be silent when it is suspected dead
    """

    def __init__(
        self, context: TalosContext, *, dial_seconds: float = DIAL_SECONDS
    ) -> None:
        super().__init__(Caller(context, dial_seconds))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every call and connection. A call made after that opens them anew."""
        await self._caller.close()

    @property
    def serving(self) -> str:
        """The endpoint in use, as host:port; "" when none answers or none is needed."""
        endpoint = self._caller.transport.serving
        return str(endpoint) if endpoint else ""
