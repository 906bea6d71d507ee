"""The review of a cluster as a Talos operator would do it by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui.model.alert import Evidence


class CheckState(Enum):
    """What a check came to; the order is the order of attention."""

    FAILED = "fail"
    UNKNOWN = "can't tell"
    PASSED = "pass"


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the review, its answer, and what that rests on."""

    id: str
    title: str
    state: CheckState
    reason: str
    """One line."""
    evidence: tuple[Evidence, ...] = ()
    advice: str = ""
    """What to do when it fails."""
