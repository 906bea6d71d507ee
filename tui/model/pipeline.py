"""The way of a kernel line from the node that prints it to the alert that tells of it.

Times are kept as such, and never as ages: those are worked out when they are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from msgspec import Struct, field

from tui.model.alert import Evidence
from tui.model.labels import Labels


class Stage(Enum):
    """The stages, in the order in which a line passes them."""

    CONFIG = "node config"
    """machine.logging, and the destination of the kernel's log."""
    PORT = "node port"
    """The Service that opens a port for it on the nodes."""
    VECTOR = "vector"
    """The pod behind that port, on the same node."""
    LOKI = "loki"
    """Entries of that node, as often as it usually writes."""
    RULES = "rules"
    """Rules of Loki's ruler over them."""
    ALERTMANAGER = "alertmanager"
    """Where the ruler sends its alerts."""


NODE_STAGES = (Stage.CONFIG, Stage.PORT, Stage.VECTOR, Stage.LOKI)
"""Each node has its own of these; the others are the cluster's."""


class StageState(Enum):
    """What a stage is worth; the order is the order of attention."""

    BROKEN = "broken"
    UNKNOWN = "can't tell"
    CUT = "cut off"
    """Nothing comes through, for a stage before it is broken."""
    OK = "ok"


class Shipping(Struct, frozen=True, gc=False):
    """Where a node says that it sends its logs."""

    services: tuple[str, ...] | None = None
    """URLs of machine.logging; None when the role may not read them."""
    kernel: tuple[str, ...] | None = None
    """URLs for the kernel's own log; None when not told."""
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Why, by `machine.logging` and `kernel log`."""


class Voice(Struct, frozen=True, gc=False):
    """When a node was heard in the last hour, to the step of five seconds."""

    last: datetime
    """Its newest entry."""
    step: int
    """The newest step in which it was heard, counted from 1970."""
    heard: int
    """A bit for each step of the hour, the lowest for `step`."""
    label: str
    """The label that names the node."""
    is_metadata: bool = False
    """The label is structured metadata, and none of the stream."""
    services_last: datetime | None = None
    """Its newest entry of a service, not of the kernel."""
    kernel_last: datetime | None = None
    """And of the kernel."""


class Hearing(Enum):
    """How a node is heard in Loki."""

    USUAL = "usual"
    SELDOM = "seldom"
    """Too seldom to have a rhythm by which silence could be told."""
    ALONE = "alone"
    """Silent by its own rhythm, while others are heard."""
    SILENT = "silent"
    """Silent, and so is everybody else."""
    NEVER = "never"
    """Not in the last hour."""
    DOWN = "down"
    """Silent or not, the node itself does not answer."""
    UNKNOWN = "unknown"
    """Loki is not heard itself, or its entries name no nodes."""


class Comparison(Struct, frozen=True, gc=False):
    """What a node's kernel printed, held against what Loki has of it."""

    since: datetime
    until: datetime
    """Lines of this stretch are held against each other; newer may be under way."""
    printed: int
    lost: int
    """Printed, and nowhere in Loki."""
    newest: datetime | None = None
    """When the newest of all lines was printed, those under way included."""
    first_lost: datetime | None = None
    last_lost: datetime | None = None
    samples: tuple[str, ...] = ()
    """The newest few of the lost lines."""
    aside: int = 0
    """Lines of the first minutes after a boot, which are not judged."""


class StageReport(Struct, frozen=True, gc=False):
    """One stage, what it came to, and what that rests on."""

    stage: Stage
    state: StageState
    words: str
    """What is so, in one line without ages."""
    evidence: tuple[Evidence, ...] = ()
    gap: str = ""
    """What of it is missing, where the change depends on that: `kernel`, a rule."""


class NodePipeline(Struct, frozen=True, gc=False):
    """One node's part of the way."""

    name: str
    address: str
    version: str
    """Talos' tag; empty when nobody told."""
    stages: tuple[StageReport, ...]
    """In the order of NODE_STAGES."""
    voice: Voice | None = None
    """None when nothing of it was heard in the last hour."""
    silent_after_seconds: float | None = None
    """Of no word, by its own rhythm; None when it has none."""
    comparison: Comparison | None = None
    """None when nobody asked yet."""
    hearing: Hearing = Hearing.UNKNOWN

    @property
    def is_suspect(self) -> bool:
        """Whether its kernel should be asked what it printed."""
        return self.hearing not in {Hearing.USUAL, Hearing.DOWN, Hearing.UNKNOWN}

    @property
    def broken(self) -> StageReport | None:
        """The stage at which it breaks."""
        return next((x for x in self.stages if x.state is StageState.BROKEN), None)

    @property
    def worst(self) -> StageReport:
        """The first of its stages in the worst state."""
        return worst(self.stages)


class Receiver(Struct, frozen=True, gc=False):
    """What takes the logs in a cluster, as far as it was found."""

    namespace: str = "monitoring"
    service: str = ""
    """Empty when there is none."""
    node_port: int = 30600
    target_port: int = 6000


class Pipeline(Struct, frozen=True, gc=False):
    """The way from all nodes of a cluster to Alertmanager."""

    cluster: str
    nodes: tuple[NodePipeline, ...]
    shared: tuple[StageReport, ...]
    """The stages that all its nodes share: rules, alertmanager."""
    receiver: Receiver = Receiver()
    selector: str = ""
    """Of the kernel logs in Loki."""
    label: str = "host"
    """That names the node there."""
    labels: Labels = field(default_factory=dict)
    """That the selector asks for, such as job."""
    marks: Labels = field(default_factory=dict)
    """That mark the cluster on a Loki that others use too."""
    loki_url: str = ""
    """Where we read that Loki."""
    is_home: bool = True
    """What is wrong with the shared stages is told of this cluster, once for all."""

    @property
    def reports(self) -> tuple[StageReport, ...]:
        """All stages of all nodes, then the shared ones."""
        return (*(x for node in self.nodes for x in node.stages), *self.shared)

    @property
    def state(self) -> StageState:
        """The worst of all."""
        return worst(self.reports).state if self.reports else StageState.UNKNOWN


_ORDER = list(StageState)


def worst(reports: tuple[StageReport, ...]) -> StageReport:
    """The first report in the worst state."""
    return min(reports, key=lambda each: _ORDER.index(each.state))
