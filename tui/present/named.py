"""What has a name, to be found by it: alerts, findings, clusters, nodes, targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import JudgedAlert, Verdict
from tui.model.finding import Finding
from tui.model.fleet import Cluster, Fleet, NodeView
from tui.model.target import TargetRow
from tui.present import alerts, nodes, standing, targets
from tui.present.finding_rows import finding_key
from tui.present.glyphs import Marks, Sign, verdict_sign
from tui.present.search import search
from widgets.values import Cell, Column, Row, Tone

Named: TypeAlias = JudgedAlert | Finding | Cluster | NodeView | TargetRow

_WHAT = Column("what", 9)
_KEY_COLUMNS = (_WHAT, Column("words", 24, weight=1))
_COLUMNS = (
    _WHAT,
    Column("name", 24, weight=1),
    Column("state", 13, drop=1),
    Column("cluster", 10, drop=2),
)
MOST = 200
"""Hits that are shown: whoever looks further types one more letter."""
_MOST_RANKED = 4_000
"""More hits keep their order: that is one letter typed of a name, and takes long."""
_WORST = (
    Verdict.REAL,
    Verdict.UNDECIDED,
    Verdict.FALSE_POSITIVE,
    Verdict.BY_DESIGN,
)


class Entry(Struct, frozen=True, gc=False):
    """One thing that can be found. Texts are in small letters."""

    row: Row
    name: str
    text: str
    """All that it can be found by."""


class Directory(Struct, frozen=True, gc=False):
    """All entries, and what the rows of things stand for, by the keys of the rows."""

    entries: tuple[Entry, ...]
    things: dict[str, tuple[str, Named]]
    """Behind the name of the cluster, which is empty for what belongs to none."""


def entry(key: str, what: Cell, name: str, *rest: Cell, also: str = "") -> Entry:
    """One line of the directory; `also` is searched and not shown."""
    shown = " ".join((what.text, name, *(cell.text for cell in rest), also))
    row = Row(key, (what, Cell(name), *rest))
    return Entry(row, name.casefold(), shown.casefold())


def directory(
    fleet: Fleet | None, marks: Marks, *, has_clusters: bool = False
) -> Directory:
    """Everything of a fleet that can be opened: alerts first, the worst first.

    has_clusters    whether one can go to a cluster by more than a key of the screen
    """
    entries: list[Entry] = []
    things: dict[str, tuple[str, Named]] = {}
    if fleet is None:
        return Directory((), things)
    found = chain(_all(fleet, marks), _clusters(fleet, marks) if has_clusters else ())
    for made, cluster, thing in found:
        key = f"{cluster} {made.row.key}"
        while key in things:
            key += "+"  # two servers may tell of the same
        entries.append(replace(made, row=replace(made.row, key=key)))
        things[key] = cluster, thing
    return Directory(tuple(entries), things)


def matches(entries: Sequence[Entry], typed: str) -> tuple[Row, ...]:
    """The rows that have all words typed: first those whose name begins with it, then
    those whose name ends with it, then those with a word that begins so. Among equals
    the order is kept."""
    wanted = search(typed)
    first = typed.casefold().strip()
    found = [each for each in entries if wanted.fits(each.text)]
    if len(found) <= _MOST_RANKED:
        found.sort(key=lambda each: _distance(each.name, first))
    return tuple(each.row for each in found[:MOST])


def columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    """Those of the rows: keys alone have no state, and use its room for their words."""
    has_more = any(len(row.cells) > len(_KEY_COLUMNS) for row in rows)
    return _COLUMNS if has_more else _KEY_COLUMNS


def _distance(name: str, first: str) -> int:
    if name == first:
        return 0
    if name.startswith(first):
        return 1
    if name.endswith(first):
        return 2
    return 3 if any(f"{sign}{first}" in name for sign in " -/._") else 4


def _all(fleet: Fleet, marks: Marks) -> Iterator[tuple[Entry, str, Named]]:
    yield from _warnings(fleet, marks)
    for cluster in fleet.clusters:
        for node in cluster.nodes:
            yield _node(node, cluster.name, marks), cluster.name, node
    for cluster in fleet.clusters:
        for row in sorted(cluster.targets or (), key=lambda each: each.rank):
            yield _target(row, cluster.name, marks), cluster.name, row


def _clusters(fleet: Fleet, marks: Marks) -> Iterator[tuple[Entry, str, Named]]:
    for cluster in fleet.clusters:
        signs = standing.warnings(cluster, marks)
        state = _state(signs[0]) if signs else Cell()
        made = entry("cluster", _what("cluster"), cluster.name, state, Cell())
        yield made, cluster.name, cluster


def _warnings(fleet: Fleet, marks: Marks) -> Iterator[tuple[Entry, str, Named]]:
    """Alerts and findings of all clusters by what we say of them."""
    found: list[tuple[str, JudgedAlert | Finding]] = [
        ("", alert) for alert in fleet.unassigned_alerts
    ]
    for cluster in fleet.clusters:
        found += [(cluster.name, alert) for alert in cluster.alerts or ()]
        found += [(cluster.name, finding) for finding in cluster.findings]
    found.sort(key=lambda each: _WORST.index(each[1].verdict))
    for name, thing in found:
        sign = verdict_sign(thing.verdict, marks)
        if isinstance(thing, JudgedAlert):
            yield _alert(thing, name, sign), name, thing
        else:
            yield _finding(thing, name, sign), name, thing


def _alert(alert: JudgedAlert, cluster: str, sign: Sign) -> Entry:
    about = " ".join(alert.alert.labels.values())
    rest = _state(sign), Cell(cluster, Tone.QUIET)
    key = alerts.alert_key(alert)
    return entry(key, _what("alert"), alert.alert.name, *rest, also=about)


def _finding(finding: Finding, cluster: str, sign: Sign) -> Entry:
    rest = _state(sign), Cell(cluster, Tone.QUIET)
    about = f"{finding.subject} {finding.detail}"
    key = finding_key(finding)
    return entry(key, _what("finding"), finding.title, *rest, also=about)


def _node(node: NodeView, cluster: str, marks: Marks) -> Entry:
    rest = _state(nodes.node_sign(node, marks)), Cell(cluster, Tone.QUIET)
    key = f"node {node.handle}"
    return entry(key, _what("node"), node.name, *rest, also=node.address)


def _target(row: TargetRow, cluster: str, marks: Marks) -> Entry:
    rest = _state(targets.sign(row, marks)), Cell(cluster, Tone.QUIET)
    name = f"{row.job} {row.instance}".rstrip()
    return entry(f"target {row.key}", _what("target"), name, *rest)


def _what(word: str) -> Cell:
    return Cell(word, Tone.QUIET)


def _state(sign: Sign) -> Cell:
    return Cell(sign.text, sign.tone, bold=sign.tone is Tone.CRITICAL)
