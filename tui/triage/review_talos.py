"""Checks of the review that each Talos node answers for itself."""

from __future__ import annotations

from collections.abc import Iterator

from tui.model.alert import Evidence
from tui.model.machine import Facts
from tui.model.talos import TalosNode
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_rule import CheckRule, each_node, piece, together
from tui.triage.rule import Ruling, fails, holds, unclear
from tui.triage.version import minors_apart

CLOCK_SECONDS = 0.1
_VERSION, _STAGE = "version", "get machinestatus"
_CLOCK, _DIAGNOSTICS = "time", "get diagnostics"


def _one_version(case: ReviewCase) -> Iterator[Evidence]:
    yield from each_node(
        case, "its Talos version is known", _VERSION, case.versions, _version
    )
    known = [each for each in case.versions if each[1].value]
    tags = {told.value.version for _, told in known if told.value}
    if len(tags) > 1:
        tolds = [*together(known, _VERSION), *together(case.facts, _STAGE)]
        claim = "several Talos versions only while an upgrade is under way"
        yield piece(case, claim, tolds, lambda *_: _mixed(case))


def _version(node: TalosNode) -> Ruling:
    return holds(node.version) if node.version else unclear("its version is not told")


def _mixed(case: ReviewCase) -> Ruling:
    """Several versions: an upgrade, one control plane and one minor at a time?"""
    found: dict[str, list[str]] = {}
    for node, version in case.versions:
        if version.value:
            found.setdefault(version.value.version, []).append(node.name)
    parts = [f"{tag} on {', '.join(names)}" for tag, names in sorted(found.items())]
    said = f"{len(found)} Talos versions: {'; '.join(parts)}"
    upgrading = [
        (node, told.value)
        for node, told in case.facts
        if told.value and told.value.stage == "upgrading"
    ]
    if not upgrading:
        return fails(f"{said}, and no node is upgrading")
    if sum(facts.is_control_plane is not False for _, facts in upgrading) > 1:
        return fails("more than one control plane is upgrading at once")
    apart = [minors_apart(one, other) for one in found for other in found]
    if any(each is None or each > 1 for each in apart):
        return fails(f"{said}: more than one minor apart")
    names = ", ".join(node.name for node, _ in upgrading)
    return holds(f"an upgrade is under way on {names}")


def _stages(case: ReviewCase) -> Iterator[Evidence]:
    claim = "the machine is running and ready"
    yield from each_node(case, claim, _STAGE, case.facts, _stage)


def _stage(facts: Facts) -> Ruling:
    if not facts.stage:
        return unclear(f"its stage is not told: {_why(facts, 'stage')}")
    if facts.stage != "running":
        return fails(f"the machine is {facts.stage}")
    if facts.is_ready is None:
        return unclear("it is not told whether the machine is ready")
    if not facts.is_ready:
        return fails(f"the machine is not ready: {'; '.join(facts.unmet) or 'no word'}")
    return holds("running and ready")


def _clocks(case: ReviewCase) -> Iterator[Evidence]:
    claim = "the clock is right"
    yield from each_node(case, claim, _CLOCK, case.facts, _clock)


def _clock(facts: Facts) -> Ruling:
    offset = facts.clock_offset_seconds
    if offset is None:
        return unclear(f"its clock is not told: {_why(facts, 'clock')}")
    if not abs(offset) < CLOCK_SECONDS:
        return fails(f"the clock is {offset:+.3f} s off")
    return holds(f"less than {CLOCK_SECONDS * 1000:.0f} ms off")


def _diagnoses(case: ReviewCase) -> Iterator[Evidence]:
    claim = "Talos finds nothing wrong with itself"
    yield from each_node(case, claim, _DIAGNOSTICS, case.facts, _diagnosis)


def _diagnosis(facts: Facts) -> Ruling:
    if facts.diagnostics:
        more = len(facts.diagnostics) - 1
        others = f", and {more} more" if more else ""
        return fails(f"Talos says: {facts.diagnostics[0]}{others}")
    if "diagnostics" in facts.unavailable:
        return unclear(f"diagnostics are not told: {_why(facts, 'diagnostics')}")
    return holds("no diagnostics")


def _why(facts: Facts, part: str) -> str:
    return facts.unavailable.get(part, "nobody says why")


def _asks(command: str) -> tuple[str, ...]:
    return (f"talosctl -n NODES {command}", NODES.text)


CHECKS = (
    CheckRule(
        id="talos-version",
        title="One Talos version",
        passes="every node runs the same Talos, or an upgrade is under way: one "
        "control plane at a time, no more than one minor apart",
        advice="Finish the upgrade, one control plane at a time and no minor left out: "
        "`talosctl -n ADDRESS upgrade --image ghcr.io/siderolabs/installer:VERSION`.",
        read=_one_version,
        asks=_asks(_VERSION),
        blind_spots=(
            "Between two nodes of an upgrade no node is upgrading: then it fails.",
        ),
    ),
    CheckRule(
        id="machine-stage",
        title="Machines running",
        passes="every machine is in stage running and ready",
        advice="The conditions that are not met are named; `talosctl -n ADDRESS dmesg` "
        "and the services of that node say why.",
        read=_stages,
        asks=_asks(_STAGE),
    ),
    CheckRule(
        id="diagnostics",
        title="Diagnostics",
        passes="no node has a diagnostic of its own",
        advice="Each diagnostic has a page at https://talos.dev/diagnostic/ with its "
        "id.",
        read=_diagnoses,
        asks=_asks(_DIAGNOSTICS),
        blind_spots=("Talos before 1.9 has none: there it cannot be told.",),
    ),
    CheckRule(
        id="time",
        title="Time",
        passes=f"every node's clock is less than {CLOCK_SECONDS * 1000:.0f} ms from "
        "its time server's",
        advice="`talosctl -n ADDRESS time` shows the server that is asked; etcd and "
        "certificates suffer first. Set `machine.time.servers` to one that answers.",
        read=_clocks,
        asks=_asks(_CLOCK),
        blind_spots=("A time server that is itself wrong.",),
    ),
)
