"""How `taloscope init` tries a context of a talosconfig: it asks apid one thing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.model.contexts import TalosContext
from tui.model.fault import Fault, FaultKind
from tui.model.machine import expires_soon
from tui.sources.base import SourceError
from tui.sources.talos import TalosSource, WayIn

TIMEOUT_SECONDS = 5.0
_ANEW = "Fetch a new talosconfig of this cluster."


class Apid(Struct, frozen=True):
    """A context of the talosconfig that was tried."""

    version: str = ""
    fault: Fault | None = None
    """Why it does not let us in, and what to do."""
    ends_at: datetime | None = None
    """When its client certificate ends, where that is soon."""


async def each_tried(
    contexts: Sequence[TalosContext], talosconfig: Path | None, clock: Clock
) -> Mapping[str, Apid]:
    """How each answers, by its name; all are asked at once, as the dashboard does."""
    asked = (_tried(each, talosconfig, clock) for each in contexts)
    names = (each.name for each in contexts)
    return dict(zip(names, await asyncio.gather(*asked), strict=True))


async def _tried(context: TalosContext, talosconfig: Path | None, clock: Clock) -> Apid:
    if context.fault is not None:
        return Apid(fault=_readable(context.fault))
    source = TalosSource(
        context.name, talosconfig, TIMEOUT_SECONDS, clock, lambda _failures: 1.0
    )
    way: WayIn | None = None
    try:
        way = await source.way_in()
        version = await source.version()
    except SourceError as error:
        return Apid(fault=_explained(_readable(error.fault), way, clock.now()))
    finally:
        await source.aclose()
    is_soon = expires_soon(way.begins_at, way.expires_at, clock.now())
    return Apid(version, ends_at=way.expires_at if is_soon else None)


def _readable(fault: Fault) -> Fault:
    """What is wrong and what to do; no name of a call, no word of OpenSSL's."""
    if fault.kind is not FaultKind.CONFIG:
        return replace(fault, detail="")
    remedy = fault.remedy or (fault.detail if fault.endpoint else _ANEW)
    summary = fault.summary.removeprefix("talosconfig: ")
    return replace(fault, summary=summary, detail="", remedy=remedy)


def _explained(fault: Fault, way: WayIn | None, now: datetime) -> Fault:
    """Who refuses a certificate that has ended does not always say so."""
    if way is None or way.expires_at > now:
        return fault
    told = (
        f"the client certificate of the talosconfig ended on {way.expires_at:%Y-%m-%d}"
    )
    return replace(fault, summary=told, remedy=_ANEW)
