"""What to look at next for a target that is down: its checks, and what they came to."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from msgspec import Struct

from tui.model.alert import Judgement
from tui.model.fault import Fault
from tui.model.labels import Labels
from tui.model.probe import Probe
from tui.model.question import KubeQuestion
from tui.model.target import Expected, Health, TargetRow


class TargetKind(Enum):
    """What a target is; it decides where one looks first."""

    PROXMOX = "Proxmox host"
    COMPONENT = "Kubernetes component"
    KUBELET = "kubelet"
    NODE_EXPORTER = "node exporter"
    APPLICATION = "application"
    STATIC = "static or external"


class Subject(Struct, frozen=True, gc=False):
    """The target that is looked at."""

    cluster: str
    job: str
    instance: str
    """Empty when only the job is known."""
    labels: Labels
    """After relabelling; the alert's own when Prometheus lists no such target."""
    expected: Expected
    health: Health
    scrape_url: str = ""
    scrape_pool: str = ""
    last_error: str = ""
    """Prometheus' own words."""
    judgement: Judgement | None = None
    """Of the alert that fires for its job."""
    monitoring: str = ""
    """The cluster in which its Prometheus lives; empty when nobody says."""

    @property
    def name(self) -> str:
        """Job and instance."""
        return f"{self.job} {self.instance}".rstrip()

    @classmethod
    def of(cls, cluster: str, row: TargetRow) -> Subject:
        """The subject that a row of a cluster's targets is."""
        target = row.target
        return cls(
            cluster,
            row.job,
            row.instance,
            target.labels if target else {"job": row.job, "instance": row.instance},
            row.expected,
            row.health,
            target.scrape_url if target else "",
            target.scrape_pool if target else "",
            row.last_error,
        )


class Place(Enum):
    """Where a question is put."""

    HERE = "here"
    """From this machine, to the target's own address, when a person says so."""
    CLUSTER = "cluster"
    """To the Kubernetes of the target's cluster."""
    MONITORING = "monitoring"
    """To the Kubernetes in which its Prometheus lives."""


class Ask(Struct, frozen=True, gc=False):
    """One thing to ask, and where."""

    place: Place
    what: KubeQuestion | Probe


class Reply(Struct, frozen=True, gc=False):
    """What came back: a value, or why there is none."""

    at: datetime
    seconds: float
    """How long it took."""
    value: Any = None
    """Of the type that the docstring of the question names."""
    fault: Fault | None = None


class ExamState(Enum):
    """How far a check has come, and what it came to."""

    NOT_RUN = "not run"
    RUNNING = "running"
    FAILED = "fail"
    UNKNOWN = "can't tell"
    PASSED = "pass"


class Asked(Struct, frozen=True, gc=False):
    """Where a piece of evidence comes from, so that it can be repeated."""

    source: str
    """`from here`, `kubernetes prod`."""
    query: str
    at: datetime | None = None
    """None while there is no answer."""
    seconds: float = 0.0
    fault: Fault | None = None


class TargetCheck(Struct, frozen=True, gc=False):
    """One check and what it came to."""

    id: str
    title: str
    state: ExamState
    words: str = ""
    """What was found, in one line."""
    meaning: str = ""
    """What that means, and what to do."""
    seen: tuple[str, ...] = ()
    """The values that it rests on, one a line."""
    asked: tuple[Asked, ...] = ()
    is_from_here: bool = False
    """It dials the target's own address."""


class Examination(Struct, frozen=True, gc=False):
    """All checks of one target, in the order in which one would make them."""

    subject: Subject
    kind: TargetKind
    checks: tuple[TargetCheck, ...]
    conclusion: str = ""
    """One sentence; empty before anything has come out."""

    @property
    def is_running(self) -> bool:
        """Whether an answer is waited for."""
        return any(each.state is ExamState.RUNNING for each in self.checks)


Replies: TypeAlias = dict[Ask, Reply]
