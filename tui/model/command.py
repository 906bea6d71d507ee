"""What a person asks for: the only thing that flows back from the screens."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from tui.model.fault import Fault
from tui.model.manifest import Manifest
from tui.model.silence import Silence, SilenceDraft


class PutSilence(Struct, frozen=True, gc=False):
    """Create a silence where the alert of this cluster came from, or change one."""

    cluster: str
    """Of the Alertmanager; when empty, the only one there is, and no other."""
    draft: SilenceDraft
    seen: Silence | None = None
    """Of a change: what somebody saw of it. When it is another by now, it is left."""


class ExpireSilence(Struct, frozen=True, gc=False):
    """End a silence now."""

    cluster: str
    id: str
    seen: Silence | None = None
    """What somebody saw of it. When it is another by now, it is left."""


class Bulk(Struct, frozen=True, gc=False):
    """Several changes of silences, each on its own: one may fail, the others not."""

    commands: tuple[PutSilence | ExpireSilence, ...]


class ServiceVerb(Enum):
    """What apid lets one do with a service."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


class ChangeService(Struct, frozen=True, gc=False):
    """Start, stop or restart a service of a node."""

    cluster: str
    address: str
    service: str
    verb: ServiceVerb


class DeleteMonitor(Struct, frozen=True, gc=False):
    """Delete a ServiceMonitor, exactly as it was shown; it is kept before."""

    manifest: Manifest
    is_dry: bool
    """Ask the server whether it would, and change nothing."""


Command: TypeAlias = PutSilence | ExpireSilence | Bulk | ChangeService | DeleteMonitor


class Outcome(Struct, frozen=True, gc=False):
    """What became of a command."""

    silence_id: str = ""
    said: str = ""
    """What the server answered, when it says something."""
    undo_id: str = ""
    """What `taloscope undo` takes to put back what was deleted."""
    fault: Fault | None = None
    """None when it was done; of a bulk, when all of it was."""
    found: Silence | None = None
    """With a fault: what the silence is by now, where that is why it was left."""
    is_unknown: bool = False
    """With a fault: nobody could tell whether it was done. Look before you repeat."""
    parts: tuple[Outcome, ...] = ()
    """Of a bulk: what became of each command, in their order."""
    warnings: tuple[str, ...] = ()
    """What went wrong beside it: the old silence still holds, no audit log, …"""
