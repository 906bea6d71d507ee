"""What a person asks for: the only thing that flows back from the screens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from tui.model.fault import Fault
from tui.model.silence import SilenceDraft


@dataclass(frozen=True, slots=True)
class PutSilence:
    """Create a silence where the alert of this cluster came from, or change one."""

    cluster: str
    """Empty for the Alertmanager that serves unassigned alerts."""
    draft: SilenceDraft


@dataclass(frozen=True, slots=True)
class ExpireSilence:
    """End a silence now."""

    cluster: str
    id: str


class ServiceVerb(Enum):
    """What apid lets one do with a service."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class ChangeService:
    """Start, stop or restart a service of a node."""

    cluster: str
    address: str
    service: str
    verb: ServiceVerb


Command: TypeAlias = PutSilence | ExpireSilence | ChangeService


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command."""

    silence_id: str = ""
    said: str = ""
    """What the server answered, when it says something."""
    fault: Fault | None = None
    """None when it was done."""
