"""What triage wants to know of other servers than Kubernetes.

Each question is about one cluster. A server that several clusters share is asked so
that only that cluster's own part can answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from tui.model.metric import Sample
from tui.model.talos import TalosNode


class PromQuery(Struct, frozen=True, gc=False):
    """Answer: `Measured`, the samples of one PromQL expression."""

    expression: str
    """As the rule has it, without what marks the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return self.expression


class Measured(Struct, frozen=True, gc=False):
    """What a query gave."""

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...] = ()
    """The server's own doubts, such as a part of the data that did not answer."""
    written_at: float | None = None
    """Unix seconds by the server's clock: of all series that the query read, when that
    which was written longest ago was written; None when it is not known."""
    ended: int = 0
    """So many series that the query read over a range are no more."""
    down: int = 0
    """So many targets are down of jobs of which the query read series."""


class TargetsOf(Struct, frozen=True, gc=False):
    """Answer: `tuple[TargetRow, ...]`, the cluster's own targets of one job."""

    job: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f'up{{job="{self.job}"}}'


class AlertsListed(Struct, frozen=True, gc=False):
    """Answer: `tuple[Alert, ...]`, all that the cluster's Alertmanager lists."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "amtool alert query"


class KernelLines(Struct, frozen=True, gc=False):
    """Answer: `KernelFound`, what the cluster's kernel logs hold of a text."""

    needle: str
    """Found as it stands, case and all."""
    minutes: int
    """How far back."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"|= {self.needle!r} within {self.minutes} min"


class KernelHit(Struct, frozen=True, gc=False):
    """One line that holds the text."""

    at: datetime
    line: str
    node: str
    """Who wrote it, by name or address; empty when that is not told."""


class KernelFound(Struct, frozen=True, gc=False):
    """The lines that hold the text, and who wrote anything at all."""

    lines: tuple[KernelHit, ...]
    """Newest first; not more than a person needs, and the newest of each node."""
    spoke_at: Mapping[str, datetime]
    """When each node wrote last, by name or address, as its entries have it."""
    kernel_at: Mapping[str, datetime] = field(default_factory=dict)
    """When the kernel of each wrote last: services write to the same log."""


class TalosServices(Struct, frozen=True, gc=False):
    """Answer: `tuple[NodeTold, ...]`, the services of every node that ever answered."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "talosctl services"


class NodeTold(Struct, frozen=True, gc=False):
    """What one node said, and when: each node has its own age."""

    node: TalosNode
    observed_at: datetime
    refused: str = ""
    """Why it says no more since then, in words; empty while it does, or is silent."""


class StaticPods(Struct, frozen=True, gc=False):
    """Answer: `Mapping[str, StaticPod]` by pod name, as Talos' control planes tell.

    A node that does not answer is not in it.
    """

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "talosctl get staticpodstatus"


class StaticPod(Struct, frozen=True, gc=False):
    """A static pod as the node that runs it sees it."""

    address: str
    """Of the node."""
    phase: str
    is_ready: bool


class NodePrinted(Struct, frozen=True, gc=False):
    """Answer: `Comparison` of what a node's kernel printed with what Loki has of it."""

    address: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"talosctl -n {self.address} dmesg"


class StorageOf(Struct, frozen=True, gc=False):
    """Answer: `NodeStorage`, the disks of one Talos node and what is on them."""

    address: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"talosctl -n {self.address} get disks,discoveredvolumes"


BeyondQuestion = (
    PromQuery
    | TargetsOf
    | AlertsListed
    | KernelLines
    | TalosServices
    | StaticPods
    | NodePrinted
    | StorageOf
)
