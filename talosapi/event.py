"""What a node announces while it lives: frozen values."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from talosapi.messages import Health


class Scale(StrEnum):
    """How much work a step is: a sequence has phases, a phase has tasks."""

    SEQUENCE = "sequence"
    PHASE = "phase"
    TASK = "task"


class Step(Struct, frozen=True):
    """A sequence, phase or task began or ended.

    is_start  None for a sequence that had nothing to do
    error     why a sequence failed; "" else
    """

    scale: Scale
    name: str
    is_start: bool | None
    error: str = ""


class ServiceChange(Struct, frozen=True):
    """A service changed its state or its health.

    state  as in `Service.state`: Running, Waiting, ...; "Unknown" for a newer one
    """

    service: str
    state: str
    message: str
    health: Health


class UnmetCondition(Struct, frozen=True):
    """What a machine still waits for before it is ready."""

    name: str
    reason: str


class StageChange(Struct, frozen=True):
    """The machine's stage: booting, running, rebooting, "shutting down", ..."""

    stage: str
    is_ready: bool
    unmet: tuple[UnmetCondition, ...] = ()


class Restart(Struct, frozen=True):
    """machined restarts the machine; `command` is the number given to the kernel."""

    command: int


class ConfigFault(Struct, frozen=True):
    """A machine configuration that could not be loaded or is not valid."""

    error: str


class AddressChange(Struct, frozen=True):
    """The node's name and addresses."""

    hostname: str
    addresses: tuple[str, ...]


Payload: TypeAlias = (
    Step | ServiceChange | StageChange | Restart | ConfigFault | AddressChange
)


class Event(Struct, frozen=True):
    """One event.

    id        sorts by time, and resumes a tail
    at        when it was made, read from the id; None when the id tells nothing
    actor_id  the call that caused it; "" for none
    payload   None for a type that this client does not know
    """

    id: str
    at: datetime | None
    actor_id: str
    payload: Payload | None
