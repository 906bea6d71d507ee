"""Talos nodes as apid tells of them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct


class ServiceHealth(Enum):
    """UNKNOWN is normal for services without a health check."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class ServiceEvent(Struct, frozen=True, gc=False):
    """One step in a service's life."""

    at: datetime | None
    state: str
    message: str


class TalosService(Struct, frozen=True, gc=False):
    """One service of one node."""

    id: str
    state: str
    """Talos' word: Running, Finished, Waiting, Failed, …"""
    health: ServiceHealth
    message: str = ""
    """The last health message; empty while healthy."""
    last_change: datetime | None = None
    events: tuple[ServiceEvent, ...] = ()
    """At most 64, oldest first."""

    @property
    def is_up(self) -> bool:
        """Up as Talos means it: Skipped, or Running and not found unhealthy."""
        if self.state == "Skipped":
            return True
        return self.state == "Running" and self.health is not ServiceHealth.UNHEALTHY

    @property
    def is_counted(self) -> bool:
        """Whether it counts in healthy / total: finished one-shot services do not."""
        return self.state not in {"Finished", "Skipped"}


class TalosNode(Struct, frozen=True, gc=False):
    """One node: whom we asked about, and what it said."""

    address: str
    hostname: str
    version: str
    """Talos' tag, such as v1.11.3."""
    services: tuple[TalosService, ...]
    boot_time: datetime | None
    served_by: str = ""
    """The endpoint that answered."""
