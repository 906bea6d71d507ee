"""What changes slowly on a node: its stage, disks, clock and etcd, part by part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from talosapi.event import StageChange
from talosapi.kinds import DIAGNOSTIC, MACHINE_STATUS, MACHINE_TYPE
from tui.model.machine import Etcd, Facts
from tui.model.server_clock import ahead
from tui.sources.talos_parts import Parts
from tui.sources.talos_values import etcd, filesystems

if TYPE_CHECKING:
    from talosapi.client import TalosClient

_IS_CONTROL_PLANE = {"controlplane": True, "init": True, "worker": False}


async def read_facts(
    client: TalosClient, address: str, seconds: float, now: Callable[[], datetime]
) -> Facts:
    """Ask one thing after the other, so that a slow node holds one place at its apid.

    seconds     the deadline of each call
    raise       SourceError when not one part is answered
    """
    parts = Parts()
    status = await parts.part(
        "stage",
        client.get_resource(
            address, MACHINE_STATUS, "machine", timeout_seconds=seconds
        ),
    )
    role = await parts.part(
        "role",
        client.get_resource(
            address, MACHINE_TYPE, "machine-type", timeout_seconds=seconds
        ),
    )
    mounts = await parts.part(
        "filesystems", client.mounts(address, timeout_seconds=seconds)
    )
    found = await parts.part(
        "diagnostics",
        client.list_resources(address, DIAGNOSTIC, timeout_seconds=seconds),
    )
    is_control_plane = _IS_CONTROL_PLANE.get(role.spec) if role else None
    member = None
    if is_control_plane is not False:
        member = await _etcd(client, address, seconds, parts)
    asked_at = now()
    clock = await parts.part("clock", client.time(address, timeout_seconds=seconds))
    heard_at = now()
    parts.check()
    stage = status.spec if status else StageChange("", is_ready=False)
    return Facts(
        stage=stage.stage,
        is_ready=stage.is_ready if status else None,
        unmet=tuple(f"{each.name}: {each.reason}" for each in stage.unmet),
        is_control_plane=is_control_plane,
        filesystems=None if mounts is None else filesystems(mounts),
        clock_offset_seconds=clock.offset_seconds if clock else None,
        time_server_ahead_seconds=ahead(None, clock.server_time, asked_at, heard_at)
        if clock and clock.server_time
        else None,
        etcd=member,
        diagnostics=tuple(each.spec.message for each in found or ()),
        unavailable=parts.unavailable,
    )


async def _etcd(
    client: TalosClient, address: str, seconds: float, parts: Parts
) -> Etcd | None:
    """The node's own member; its status is what the rest hangs on."""
    status = await parts.part(
        "etcd", client.etcd_status(address, timeout_seconds=seconds)
    )
    if status is None:
        return None
    members = await parts.part(
        "etcd members", client.etcd_members(address, timeout_seconds=seconds)
    )
    alarms = await parts.part(
        "etcd alarms", client.etcd_alarms(address, timeout_seconds=seconds)
    )
    return etcd(status, members or (), alarms or ())
