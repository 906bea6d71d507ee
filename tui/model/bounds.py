"""How much of what was known is recorded."""

from __future__ import annotations

from msgspec import Struct


class Bounds(Struct, frozen=True, gc=False):
    """How much is recorded."""

    is_on: bool = True
    hours: float = 48.0
    """What is older is deleted."""
    bytes: int = 500_000_000
    """When there is more, the oldest is deleted."""
