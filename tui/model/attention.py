"""What calls for a person, and whom it may wake."""

from __future__ import annotations

from datetime import datetime, time

from msgspec import Struct, field

from tui.model.alert import Evidence
from tui.model.labels import Labels


class Quiet(Struct, frozen=True, gc=False):
    """Hours of the day, in the operator's own time, in which nobody is called."""

    begin: time
    end: time
    """Not within them; before `begin` when they last past midnight."""

    def holds(self, at: time) -> bool:
        """Whether this time of the day is one of them."""
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


class Wishes(Struct, frozen=True, gc=False):
    """What the operator wants to be called for, and how."""

    clusters: frozenset[str] | None = None
    """None: all, and what belongs to none."""
    severities: frozenset[str] | None = None
    """None: all. What has no severity calls anyhow: nobody said that it is harmless."""
    quiet: Quiet | None = None
    bell: bool = True
    desktop: bool = True
    """A notification of the terminal (OSC 9, OSC 777)."""
    on_real: tuple[str, ...] = ()
    """A command and its arguments; it gets what is real as JSON."""
    on_real_seconds: float = 10.0
    """How long it may take."""
    on_real_every_seconds: float = 30.0
    """It is run no more often than this."""


class Real(Struct, frozen=True, gc=False):
    """One thing that has turned real, or real and hidden."""

    key: tuple[str, ...]
    """The same as long as it is the same thing."""
    kind: str
    """`alert`, `hidden-alert`, or the kind of a finding."""
    cluster: str
    """Empty when it belongs to no configured cluster."""
    name: str
    """The alert's name; the title of a finding."""
    reason: str
    severity: str = ""
    """Of alerts that carry the label."""
    since: datetime | None = None
    labels: Labels = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_hidden(self) -> bool:
        """Whether something keeps it quiet, and that is news."""
        return self.kind == HIDDEN


ALERT = "alert"
HIDDEN = "hidden-alert"
