"""Asks what the checks of one target need: each with its deadline, all at once.

What is dialled from here is dialled only when the checks that need it were chosen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.config import Config
from tui.engine.connections import Connections
from tui.engine.plan import Served, serving
from tui.engine.supervisor import attempt
from tui.model.alert import Judgement
from tui.model.examination import Ask, Examination, Place, Replies, Reply, Subject
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet, SourceKind
from tui.model.probe import HttpProbe, TcpProbe, TlsProbe
from tui.sources import probe
from tui.sources.http_fault import source_error
from tui.sources.kubernetes import KubernetesSource
from tui.triage.examination.case import ExamCase
from tui.triage.examination.table import asks_of, examine, wanted

PROBE_SECONDS = 5.0
"""For a host to answer; Prometheus itself gives it ten as a rule."""


class Examiner(Struct, frozen=True):
    """Opens examinations of targets."""

    config: Config
    served: tuple[Served, ...]
    connections: Connections
    clock: Clock

    def open(self, subject: Subject, fleet: Fleet) -> Inquiry:
        """One target to look at; nothing is asked yet."""
        server = serving(self.served, SourceKind.PROMETHEUS, subject.cluster)
        known = replace(
            subject,
            monitoring=server.home if server is not None else "",
            judgement=_judgement(fleet, subject),
        )
        return Inquiry(self, known)

    async def ask(self, subject: Subject, ask: Ask) -> Reply:
        """Put one question; what fails comes back as a fault."""
        started = self.clock.monotonic()
        seconds = self.config.timeout_seconds
        if ask.place is Place.HERE:
            seconds = min(seconds, PROBE_SECONDS)
        work = self._answer(subject, ask, seconds)
        # What is asked has deadlines of its own: this one only catches what hangs.
        fault, value = await attempt(work, 2 * seconds, ask.what.text)
        took = self.clock.monotonic() - started
        return Reply(self.clock.now(), took, value, fault)

    async def _answer(self, subject: Subject, ask: Ask, seconds: float) -> Any:
        match ask.what:
            case TcpProbe() | TlsProbe() | HttpProbe():
                return await probe.try_out(ask.what, seconds)
            case _:
                is_own = ask.place is Place.CLUSTER
                name = subject.cluster if is_own else subject.monitoring
                return await self._kubernetes(name).ask(ask.what)

    def _kubernetes(self, name: str) -> KubernetesSource:
        """The Kubernetes of a cluster; SourceError where the config names none."""
        cluster = next((one for one in self.config.clusters if one.name == name), None)
        if cluster is None:
            summary = "nobody says in which cluster its Prometheus lives"
            advice = "give its endpoint a `cluster` in the config"
            raise source_error(FaultKind.CONFIG, summary, advice)
        if not cluster.context:
            raise source_error(FaultKind.CONFIG, f"the config gives {name} no context")
        return self.connections.kubernetes(cluster)


@dataclass
class Inquiry:
    """One target that is looked at, and the answers so far. Lives on the event loop."""

    examiner: Examiner
    subject: Subject
    _replies: Replies = field(default_factory=dict)
    _pending: set[Ask] = field(default_factory=set)
    _chosen: set[str] = field(default_factory=set)
    """Checks that are being made, in whichever call."""

    @property
    def current(self) -> Examination:
        """All checks, as far as they have come."""
        return examine(self._case)

    @property
    def _case(self) -> ExamCase:
        now = self.examiner.clock.now()
        return ExamCase(self.subject, self._replies, frozenset(self._pending), now)

    async def run(self, chosen: Collection[str], show: Callable[[], None]) -> None:
        """Make the chosen checks anew; `show` is called whenever something came out.

        May be called while another call runs: what waits for an answer is not asked
        twice. Cancelled, it leaves what was answered by then.
        """
        for ask in asks_of(self._case, chosen):
            self._replies.pop(ask, None)
        self._chosen.update(chosen)
        own: set[Ask] = set()
        try:
            async with asyncio.TaskGroup() as group:
                self._start(group, own, show)
        finally:
            self._pending -= own
            if not self._pending:
                self._chosen.clear()
        show()

    def _start(
        self, group: asyncio.TaskGroup, own: set[Ask], show: Callable[[], None]
    ) -> None:
        """Ask all that is wanted by now; an answer may make more of it."""
        for ask in wanted(self._case, self._chosen):
            self._pending.add(ask)
            own.add(ask)
            group.create_task(self._follow(group, ask, own, show))
        show()

    async def _follow(
        self,
        group: asyncio.TaskGroup,
        ask: Ask,
        own: set[Ask],
        show: Callable[[], None],
    ) -> None:
        reply = await self.examiner.ask(self.subject, ask)
        self._pending.discard(ask)
        own.discard(ask)
        self._replies[ask] = reply
        self._start(group, own, show)


def _judgement(fleet: Fleet, subject: Subject) -> Judgement | None:
    """What is said of the alert of that job, if one fires: what `absent()` makes often
    carries no such label, but the rule knows whose job it is."""
    cluster = fleet.cluster(subject.cluster)
    for each in (cluster.alerts if cluster else None) or ():
        jobs = {each.alert.labels.get("job"), each.judgement.needless_job}
        if subject.job in jobs and each.judgement.rule:
            return each.judgement
    return None
