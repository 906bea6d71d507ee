"""What travels inside the app: news that goes down, intent that goes up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.model.alert import JudgedAlert
    from tui.model.examination import Subject
    from tui.model.finding import Finding
    from tui.model.fleet import Fleet
    from tui.model.log import Entry, Gap, LogFinding
    from tui.model.silence import Silence

if TYPE_CHECKING:
    from widgets.log_view import LogView


@dataclass
class FleetChanged(Message, bubble=False):
    """A newer snapshot; of several that wait, only the newest is handled."""

    fleet: Fleet

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FleetChanged)


@dataclass
class EntriesArrived(Message, bubble=False):
    """New kernel-log entries of one cluster."""

    cluster: str
    entries: tuple[Entry, ...]
    turn: int = 0
    """How often another moment had been shown by then."""


@dataclass
class GapsFound(Message, bubble=False):
    """Entries of one cluster's kernel log are lost for certain."""

    cluster: str
    gaps: tuple[Gap, ...]
    turn: int = 0


@dataclass
class OpenAlert(Message):
    """Show everything about an alert."""

    alert: JudgedAlert
    at_runbook: bool = False
    """Begin where it says what to do."""


@dataclass
class SilenceAlert(Message):
    """Open the form that silences an alert."""

    alert: JudgedAlert
    others: tuple[JudgedAlert, ...] = ()
    """Further ones that the same silence is for."""


@dataclass
class NewSilence(Message):
    """Open the form with nothing in it."""

    cluster: str = ""


@dataclass
class EditSilence(Message):
    """Open the form to change a silence."""

    silence: Silence
    cluster: str
    """One of those whose Alertmanager has it."""


@dataclass
class RepeatSilence(Message):
    """Open the form to make a silence that is over once more."""

    silence: Silence
    cluster: str


@dataclass
class EndSilence(Message):
    """Expire the silences of an alert, once that is confirmed."""

    alert: JudgedAlert
    others: tuple[JudgedAlert, ...] = ()
    """Further ones whose silences are to end."""


@dataclass
class AcknowledgeHidden(Message):
    """Somebody has taken note that an alert is real and hidden."""

    alert: JudgedAlert


@dataclass
class OpenNode(Message):
    """Show a node; `address` is what Talos is asked about, or the name without one."""

    cluster: str
    address: str


@dataclass
class OpenDmesg(Message):
    """Follow the kernel logs of several nodes as one."""

    nodes: tuple[tuple[str, str, str], ...]
    """Cluster, address and name of each."""


@dataclass
class OpenNodes(Message):
    """Show all nodes of all clusters."""


@dataclass
class OpenTargets(Message):
    """Show all targets, the cursor on one when its cluster and key are given."""

    cluster: str = ""
    key: str = ""


@dataclass
class OpenTarget(Message):
    """Show everything about a target."""

    cluster: str
    key: str
    """As `TargetRow.key`."""


@dataclass
class OpenChecks(Message):
    """Look at what comes next for targets that are down, the first of them first."""

    subjects: tuple[Subject, ...]


@dataclass
class OpenMonitor(Message):
    """Show the ServiceMonitor that makes a job of a cluster, to delete it."""

    cluster: str
    job: str


@dataclass
class OpenLogs(Message):
    """Show kernel logs of one cluster, or of all when the name is empty."""

    cluster: str = ""
    node: str = ""
    """Only what this one wrote; the log stands at its first error."""
    kind: str = ""
    """Only this class of the kernel catalogue."""
    line: LogFinding | None = None
    """The log stands at the last line of this one."""


@dataclass
class OpenFinding(Message):
    """Show what a finding rests on, and what to do about it."""

    cluster: str
    finding: Finding
    ended_at: datetime | None = None
    """Of one that is over, if anybody saw it end."""


@dataclass
class OpenSilences(Message):
    """Show all silences."""

    chosen: str = ""
    """The id of one to go to; empty for the first."""


@dataclass
class OpenHistory(Message):
    """Show what happened to alerts, and which to fix at the source."""


@dataclass
class OpenPipeline(Message):
    """Show the way of the logs, of one cluster or of all."""

    cluster: str = ""


@dataclass
class OpenMoment(Message):
    """Show what was known at a moment of the record."""

    at: datetime


@dataclass
class SaveLog(Message):
    """Write what a log shows to a file."""

    view: LogView


@dataclass
class OpenSources(Message):
    """Show how each connection is doing."""
