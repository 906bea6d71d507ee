"""A node where it stands: in its cluster, at the moment at which one looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.fleet import Cluster, Fleet, NodeView
from tui.model.machine import Facts, Vitals
from tui.present import faults, nodes
from tui.present.glyphs import Marks, Sign
from tui.present.machine_versions import Wanted, wanted_of
from widgets.values import Tone

_DEAD_AFTER = timedelta(minutes=1)
"""A node that has been silent for so long is not stale but gone."""


class Place(Struct, frozen=True, gc=False):
    """A node, the cluster it is in, and the moment at which one looks."""

    cluster: Cluster
    node: NodeView
    wanted: Wanted
    now: datetime
    marks: Marks
    is_log_old: bool
    """Loki brings nothing of its cluster at this moment."""

    @property
    def key(self) -> str:
        """What the row is known by."""
        return f"{self.cluster.name} {self.node.handle}"

    @property
    def vitals(self) -> Vitals | None:
        """The newest numbers."""
        return self.node.vitals.value

    @property
    def facts(self) -> Facts:
        """The newest facts; without any, those that know nothing."""
        return self.node.facts.value or Facts()

    def is_like(self, other: Place) -> bool:
        """Whether all is the same but the moment."""
        one, two = self.cluster, other.cluster
        return (
            _says_the_same(self.node, other.node)
            and self.wanted == other.wanted
            and self.marks is other.marks
            and self.is_log_old is other.is_log_old
            and one.certificates == two.certificates
            and (one.last_entry_at is None) is (two.last_entry_at is None)
        )

    @property
    def sign(self) -> Sign:
        """The worst that is known."""
        talos = self.node.talos
        heard = talos.observed_at
        if talos.fault and heard and self.now - heard > _DEAD_AFTER:
            return Sign(self.marks.real, "unreachable", Tone.CRITICAL)
        return nodes.node_sign(self.node, self.marks)


def _says_the_same(one: NodeView, other: NodeView) -> bool:
    """Whether nothing is new but when it was heard."""
    if one is other:
        return True
    return (
        (one.name, one.address, one.kube) == (other.name, other.address, other.kube)
        and one.kernel == other.kernel
        and all(
            mine.value == others.value
            and mine.fault == others.fault
            and (mine.attempts == 0) is (others.attempts == 0)
            for mine, others in (
                (one.talos, other.talos),
                (one.vitals, other.vitals),
                (one.facts, other.facts),
            )
        )
    )


def places(
    fleet: Fleet, now: datetime, marks: Marks, cluster: str = ""
) -> tuple[Place, ...]:
    """The nodes of one cluster, or of all, in the order of the config."""
    return tuple(
        Place(each, node, wanted, now, marks, is_log_old)
        for each in fleet.clusters
        if not cluster or each.name == cluster
        for wanted in [wanted_of(each)]
        for is_log_old in [faults.worst(each, faults.LOG_SOURCES, now) is not None]
        for node in each.nodes
    )
