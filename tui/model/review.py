"""The review of a cluster as a Talos operator would do it by hand."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from tui.model.alert import Evidence


class CheckState(Enum):
    """What a check came to; the order is the order of attention."""

    FAILED = "fail"
    UNKNOWN = "can't tell"
    PASSED = "pass"


class Check(Struct, frozen=True, gc=False):
    """One question of the review, its answer, and what that rests on."""

    id: str
    title: str
    state: CheckState
    reason: str
    """One line."""
    evidence: tuple[Evidence, ...] = ()
    advice: str = ""
    """What to do when it fails."""
