"""How a port-forward is doing."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Tunnel(Struct, frozen=True, gc=False):
    """A way through the kubelet to a pod behind a Service."""

    pod: str = ""
    """Through which it leads; empty before anybody went that way."""
    port: int = 0
    """The pod's own, not the Service's."""
    since: datetime | None = None
    """When that pod was first reached."""
    connections: int = 0
    """Open at this moment."""
    reconnects: int = 0
    """How often it had to be made anew: it was cut, or the pod went."""
    last_error: str = ""
    """What ended it last; kept after it is well again."""
    last_error_at: datetime | None = None
