"""What a cluster's servers answered to triage: from feeds of their own, or from others.

A question that no server of that cluster can be asked has no answer at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from tui.config import ClusterConfig
from tui.engine.clocks import clocks_of
from tui.engine.plan import Served, UnaskableError, asked_key, node_key
from tui.engine.view import View
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.model.labels import Labels
from tui.model.question import Answer, Question
from tui.model.question_beyond import (
    AlertsListed,
    KernelFound,
    KernelLines,
    NodePrinted,
    NodeTold,
    PromQuery,
    StaticPods,
    StorageOf,
    TalosServices,
    TargetsOf,
)
from tui.model.reading import Reading
from tui.model.target import Target, TargetRow
from tui.store import KernelLog
from tui.triage import assign, inventory
from tui.triage.changes import NOTHING


class Answers(Struct, frozen=True):
    """Answers of one cluster, and how often each question is asked."""

    readings: Mapping[Question, Answer]
    paces: Mapping[Question, timedelta]
    ahead: Mapping[Question, timedelta] = field(default_factory=dict)
    """By how much the clock of whoever answered is ahead of ours, where it is off."""


def answers_of(
    view: View, cluster: ClusterConfig, questions: Iterable[Question]
) -> Answers:
    """What the cluster's own servers said to these questions."""
    found = {each: _answer(view, cluster, each) for each in questions}
    known = {each: answer for each, answer in found.items() if answer is not None}
    return Answers(
        {each: reading for each, (reading, _) in known.items()},
        {each: pace for each, (_, pace) in known.items()},
        {each: by for each in known if (by := _off(view, cluster, each))},
    )


def _off(view: View, cluster: ClusterConfig, question: Question) -> timedelta:
    """How far the clock that dates an answer is ahead of ours; 0 when it is not off."""
    match question:
        case TargetsOf() | PromQuery():
            kind = SourceKind.PROMETHEUS
        case AlertsListed():
            kind = SourceKind.ALERTMANAGER
        case (
            TalosServices() | KernelLines() | NodePrinted() | StorageOf() | StaticPods()
        ):
            return timedelta()  # dated by each node
        case _:
            kind = SourceKind.KUBERNETES
    where = cluster.context
    if kind is not SourceKind.KUBERNETES:
        served = view.serving(kind, cluster.name)
        where = served.endpoint.urls[0] if served else ""
    return timedelta(seconds=clocks_of(view).apart(kind, where))


def targets_of(view: View, cluster: ClusterConfig) -> tuple[TargetRow, ...] | None:
    """A cluster's targets held against its inventory; None before any answer."""
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None:
        return None
    listed: tuple[Target, ...] | None = view.reading(served.key("targets")).value
    if listed is None:
        return None

    key = served.key("targets")
    divided = view.memo.once(
        ("divided", key), listed, partial(_divided, served, listed)
    )
    changes = view.changes.get(key, NOTHING)
    own = divided.get(cluster.name, ())
    kept = view.memo.once(("rows", cluster.name), inventory, inventory.Rows)
    return view.memo.once(
        ("targets", cluster.name),
        own,
        lambda: kept.of(own, cluster.inventory, changes),
    )


def stray_targets(view: View) -> tuple[TargetRow, ...]:
    """Targets of shared Prometheus servers that belong to no configured cluster."""
    parts = []
    for served in view.of_kind(SourceKind.PROMETHEUS):
        key = served.key("targets")
        listed: tuple[Target, ...] | None = view.reading(key).value
        if listed is not None and served.is_shared:
            work = partial(_divided, served, listed)
            divided = view.memo.once(("divided", key), listed, work)
            parts.append(divided.get("", ()))
    return view.memo.once_for(
        "stray targets",
        tuple(parts),
        lambda: inventory.rows(tuple(chain.from_iterable(parts)), ()),
    )


def _divided(
    served: Served, listed: tuple[Target, ...]
) -> Mapping[str, tuple[Target, ...]]:
    """The targets of each cluster that the Prometheus serves."""
    if not served.is_shared:
        return {served.home: listed}
    names: dict[tuple[str | None, ...], str] = {}
    marks = tuple({mark for _, wanted in served.marks for mark in wanted})
    found: dict[str, list[Target]] = {each.name: [] for each in served.clusters}
    for target in listed:
        # Thousands of targets carry a few sets of marks.
        said = tuple(map(target.labels.get, marks))
        name = names.get(said)
        if name is None:
            name = assign.cluster_of(target.labels, served.marks, served.home)
            names[said] = name
        found.setdefault(name, []).append(target)
    return {name: tuple(each) for name, each in found.items()}


_Answered = tuple[Answer, timedelta]


def _answer(view: View, cluster: ClusterConfig, question: Question) -> _Answered | None:
    match question:
        case TargetsOf(job):
            return _targets(view, cluster, job)
        case AlertsListed():
            served = view.serving(SourceKind.ALERTMANAGER, cluster.name)
            return None if served is None else view.said(served.key("alerts"))
        case TalosServices():
            return _services(view, cluster)
    try:
        key = asked_key(view.served, cluster, question)
    except UnaskableError as error:
        return Reading(fault=Fault(FaultKind.BAD_QUERY, str(error)), attempts=1), (
            view.pace
        )
    if key is None:
        return None
    reading, pace = view.said(key)
    if isinstance(question, KernelLines) and reading.value is not None:
        log = view.state.kernel.get(cluster.name, KernelLog())
        kernels = {name: each.kernel_last for name, each in log.voices.items()}
        kernel_at = {name: at for name, at in kernels.items() if at is not None}
        found = KernelFound(reading.value, log.last_by_node, kernel_at)
        reading = replace(reading, value=found)
    return reading, pace


def _targets(view: View, cluster: ClusterConfig, job: str) -> _Answered | None:
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None:
        return None
    reading, pace = view.said(served.key("targets"))
    rows = targets_of(view, cluster)
    own = None if rows is None else inventory.of_job(rows, job)
    if own and not served.is_shared:
        # It may serve others too, of whom the config does not know.
        marks = view.config.marks
        own = tuple(row for row in own if not _is_foreign(row, cluster, marks))
    return replace(reading, value=own), pace


def _is_foreign(
    row: TargetRow, cluster: ClusterConfig, marks: tuple[tuple[str, Labels], ...]
) -> bool:
    labels = row.target.labels if row.target else {}
    return bool(
        assign.contradiction(labels, cluster.name, cluster.labels)
        or assign.named_elsewhere(labels, cluster.name, marks)
    )


def _services(view: View, cluster: ClusterConfig) -> _Answered | None:
    """Each node's last word with its own time; who judges looks at each."""
    if not cluster.talos_context:
        return None
    addresses = view.addresses.get(cluster.name, ())
    said = [view.reading(node_key(cluster, address)) for address in addresses]
    told = tuple(
        NodeTold(each.value, each.observed_at, _refusal(each.fault))
        for each in said
        if each.value is not None and each.observed_at is not None
    )
    faults = [each.fault for each in said if each.fault is not None]
    reading: Answer = Reading(
        told or None,
        max((each.observed_at for each in told), default=None),
        faults[0] if faults and not told else None,
        max((each.attempts for each in said), default=0),
    )
    return reading, view.pace


def _refusal(fault: Fault | None) -> str:
    return fault.summary if fault is not None and fault.is_refusal else ""
