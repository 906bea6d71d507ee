"""Reads the times of the wire in a second way, to hold ours against it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta


def same_time(ours: datetime | None, wire: str | None) -> bool:
    """Equal to the microsecond; year 1 and absence are None."""
    if wire is None or wire.startswith("0001-"):
        return ours is None
    cut = re.sub(r"(\.\d{6})\d+", r"\1", wire)
    theirs = datetime.fromisoformat(cut)
    assert ours is not None
    assert ours.tzinfo is UTC
    return abs(ours - theirs) <= timedelta(microseconds=1)
