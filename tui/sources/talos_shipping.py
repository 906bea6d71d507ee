"""What a node says of where its logs go, and what its kernel has printed."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from talosapi.errors import TalosError
from talosapi.shipping import KERNEL_LOGS, SERVICE_LOGS
from tui.clock import Clock
from tui.model.log import Entry
from tui.model.pipeline import Shipping
from tui.sources.base import SourceError
from tui.sources.talos_parts import Parts
from tui.sources.talos_values import fault, kernel_entry

if TYPE_CHECKING:
    from talosapi.client import TalosClient


async def read_shipping(client: TalosClient, address: str, seconds: float) -> Shipping:
    """Both destinations; os:reader is told of the kernel's alone.

    raise   SourceError when neither is answered
    """
    parts = Parts()
    ask = {"timeout_seconds": seconds}
    services = await parts.part(
        "machine.logging",
        client.get_resource(address, SERVICE_LOGS, "v1alpha1", **ask),
    )
    kernel = await parts.part(
        "kernel log", client.list_resources(address, KERNEL_LOGS, **ask)
    )
    parts.check()
    return Shipping(
        None if services is None else services.spec,
        None if kernel is None else tuple(url for one in kernel for url in one.spec),
        parts.unavailable,
    )


async def read_printed(
    client: TalosClient, address: str, seconds: float, clock: Clock
) -> tuple[Entry, ...]:
    """The whole ring buffer of the kernel as it is now, oldest first."""
    at, found = clock.now(), []
    try:
        records = client.dmesg(address, follow=False, timeout_seconds=seconds)
        async with aclosing(records):
            async for record in records:
                at = record.at or at
                found.append(kernel_entry(record, at, address))
    except TalosError as error:
        raise SourceError(fault(error)) from error
    return tuple(found)
