"""From a device in a kernel line to the application that it hurts, step by step."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct


class Stage(Enum):
    """What a step leads to, in this order."""

    DEVICE = "device"
    SESSION = "session"
    VOLUME = "volume"
    CLAIM = "claim"
    POD = "pod"


class Certainty(Enum):
    """How much a step is worth. What follows is never worth more."""

    PROVEN = "proven"
    MAYBE = "maybe"
    """One of several, or true now but not surely when the line was printed."""
    UNKNOWN = "unknown"


class Proof(Struct, frozen=True, gc=False):
    """What a step rests on, or why it cannot be told."""

    claim: str
    source: str
    """Who said so: `talos talos-wk-1`, `kubernetes prod`, `kernel log prod`."""
    query: str = ""
    """What was asked, in a form that a person can run again."""
    value: str = ""
    observed_at: datetime | None = None


class Step(Struct, frozen=True, gc=False):
    """One step. Without a name it is not known, or not there: `proofs` say which."""

    stage: Stage
    certainty: Certainty
    names: tuple[str, ...]
    """What it leads to; several are candidates."""
    proofs: tuple[Proof, ...]


class Victim(Struct, frozen=True, gc=False):
    """A claim and the pods that use it: what a person would recycle."""

    volume: str
    namespace: str
    claim: str
    pods: tuple[str, ...]
    """Of the claim's namespace."""
    reclaim: str = ""


class Trace(Struct, frozen=True, gc=False):
    """All steps of one device of one node."""

    node: str
    device: str
    first: datetime
    """Of the lines that name it: what is said must have held then."""
    steps: tuple[Step, ...]
    victims: tuple[Victim, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names in the log of what leads to the same volumes."""

    @property
    def certainty(self) -> Certainty:
        """What the whole chain is worth."""
        worst = list(Certainty)
        return max((each.certainty for each in self.steps), key=worst.index)

    def step(self, stage: Stage) -> Step | None:
        """The step to a stage; None where the chain has none."""
        return next((each for each in self.steps if each.stage is stage), None)
