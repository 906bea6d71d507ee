"""Starts, stops and restarts services of nodes, where the config lets us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from tui.config import Permission
from tui.engine.allowed import refusal
from tui.engine.feeds import Feeds
from tui.model.command import ChangeService, Outcome
from tui.sources.base import SourceError


async def change_service(
    command: ChangeService, feeds: Feeds, now: Callable[[], datetime]
) -> Outcome:
    """Have apid do it; what it says or refuses comes back as the outcome."""
    cluster = feeds.config_of(command.cluster)
    if missing := refusal(cluster, Permission.SERVICE_ACTIONS):
        return Outcome(fault=missing)
    talos = feeds.talos_of(command.cluster)
    try:
        said = await talos.change_service(
            command.address, command.service, command.verb
        )
    except SourceError as error:
        return Outcome(fault=replace(error.fault, at=now()))
    return Outcome(said=said)
