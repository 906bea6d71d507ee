"""What a check of the review is made of, and the law by which it comes out.

The law: a check passes only when every piece it needs was told freshly and is well; one
piece that is ill fails it, however old; else it cannot tell. So a piece that is
missing, or that grows old, can never turn a check into a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import Evidence, Verdict
from tui.model.fleet import NodeView
from tui.model.kube import KubeNode
from tui.model.review import Check, CheckState
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.rule import Ruling, holds, unclear
from tui.triage.told import Told

_STATES = {
    Verdict.REAL: CheckState.FAILED,
    Verdict.UNDECIDED: CheckState.UNKNOWN,
    Verdict.FALSE_POSITIVE: CheckState.PASSED,
}
_ATTENTION = list(_STATES)


class CheckRule(Struct, frozen=True):
    """One question of the review and how it is answered."""

    id: str
    title: str
    passes: str
    """What is so when it passes, as a sentence without its full stop."""
    advice: str
    """What to do when it does not."""
    read: Callable[[ReviewCase], Iterable[Evidence]]
    """Every piece that it takes to pass."""
    asks: tuple[str, ...]
    """Where that comes from, as a person would ask for it."""
    blind_spots: tuple[str, ...] = ()

    def check(self, case: ReviewCase) -> Check:
        """The answer; the pieces that decide come first."""
        pieces = sorted(self.read(case), key=_rank)
        state = _STATES[pieces[0].supports] if pieces else CheckState.UNKNOWN
        return Check(
            id=self.id,
            title=self.title,
            state=state,
            reason=_reason(pieces),
            evidence=tuple(pieces),
            advice=self.advice,
        )


def _rank(piece: Evidence) -> int:
    return _ATTENTION.index(piece.supports)


def _reason(pieces: Sequence[Evidence]) -> str:
    """The first piece that decides, and how many others say the like."""
    if not pieces:
        return "nothing is known"
    verdict = pieces[0].supports
    if verdict is Verdict.FALSE_POSITIVE:
        return "; ".join(piece.value for piece in pieces if piece.value)
    alike = sum(piece.supports is verdict for piece in pieces) - 1
    words = pieces[0].claim if verdict is Verdict.REAL else pieces[0].value
    return f"{words}, and {alike} more" if alike else words


def piece(
    case: ReviewCase,
    claim: str,
    tolds: Sequence[Told[Any]],
    read: Callable[..., Ruling],
) -> Evidence:
    """One claim held against what was told.

    read    gets the values in the order of `tolds`; called only when all are there
    """
    return _evidence(claim, tolds, _ruled(case, tolds, read))


def each_node(
    case: ReviewCase,
    claim: str,
    command: str,
    tolds: Sequence[tuple[NodeView, Told[Any]]],
    read: Callable[[Any], Ruling],
) -> list[Evidence]:
    """The same claim of many nodes: one piece for each that is not well, one for the
    well ones together, and one for whether these are all of the nodes.

    command     of talosctl, that shows the part which matters
    """
    if not tolds:
        return [_evidence(claim, [case.told(NODES)], unclear("no such node is known"))]
    found: list[Evidence] = []
    well: list[tuple[NodeView, Told[Any]]] = []
    words: dict[str, None] = {}
    for node, told in tolds:
        ruling = _ruled(case, [told], read)
        if ruling.supports is Verdict.FALSE_POSITIVE:
            well.append((node, told))
            words[ruling.words] = None
        else:
            named = Ruling(ruling.supports, _named(node, ruling.words))
            asked = replace(told, query=f"talosctl -n {node.address} {command}")
            found.append(_evidence(claim, [asked], named))
    if well:
        measure = f"{len(well)}/{len(tolds)} nodes: {', '.join(words)}"
        found.append(_evidence(claim, together(well, command), holds(measure)))
    return [*found, everyone(case)]


def together(
    tolds: Sequence[tuple[NodeView, Told[Any]]], command: str
) -> list[Told[Any]]:
    """What several nodes told, as if they had been asked in one call of talosctl."""
    addresses = ",".join(node.address for node, _ in tolds)
    query = f"talosctl -n {addresses} {command}"
    return [replace(told, query=query) for _, told in tolds]


def everyone(case: ReviewCase) -> Evidence:
    """Whether Kubernetes tells now which nodes there are: without it one may be
    missing, and nothing that holds for all of the known ones holds for all.
    """

    def read(nodes: Sequence[KubeNode]) -> Ruling:
        known = {node.name for node in case.nodes}
        missing = [node.name for node in nodes if node.name not in known]
        if missing or not nodes:
            return unclear(f"nobody speaks for {missing[0] if missing else 'any node'}")
        return holds("")

    return piece(case, "these are all of its nodes", [case.told(NODES)], read)


def first_ill(rulings: Iterable[Ruling]) -> Ruling | None:
    """The ruling that matters most among those that do not hold."""
    ill = [each for each in rulings if each.supports is not Verdict.FALSE_POSITIVE]
    return min(ill, key=lambda each: _ATTENTION.index(each.supports), default=None)


def _named(node: NodeView, words: str) -> str:
    return words if node.name in words else f"{node.name}: {words}"


def _ruled(
    case: ReviewCase, tolds: Sequence[Told[Any]], read: Callable[..., Ruling]
) -> Ruling:
    """The law for one claim."""
    for told in tolds:
        if told.value is None:
            return unclear(told.blindness(case.now))
    found = read(*(told.value for told in tolds))
    stale = [told for told in tolds if not told.is_fresh(case.now)]
    if stale and found.supports is not Verdict.REAL:
        return unclear(stale[0].blindness(case.now))
    return found


def _evidence(claim: str, tolds: Sequence[Told[Any]], found: Ruling) -> Evidence:
    is_refuted = found.supports is Verdict.REAL
    return Evidence(
        claim=found.words if is_refuted else claim,
        supports=found.supports,
        source=_sources(tolds),
        query="; ".join(dict.fromkeys(told.query for told in tolds if told.query)),
        value="" if is_refuted else found.words,
        observed_at=_oldest(tolds),
    )


def _sources(tolds: Sequence[Told[Any]]) -> str:
    """Who said so: a few by name, many by the first of them."""
    names = list(dict.fromkeys(told.source for told in tolds))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _oldest(tolds: Sequence[Told[Any]]) -> datetime | None:
    """What rests on many answers is as old as the oldest."""
    times = [told.reading.observed_at for told in tolds]
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None
