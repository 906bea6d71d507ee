"""Servers whose clock is so far off that ages and proof of theirs are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import SourceKind
from tui.model.server_clock import ADVICE, OurClock, is_off, said


class ServerTime(Struct, frozen=True):
    """The clock of one server."""

    kind: SourceKind
    endpoint: str
    """As feeds name it."""
    cluster: str
    """Where it lives."""
    ahead: float
    """Of ours, in seconds; negative is behind."""
    is_live: bool
    """Whether it answers now."""
    where: str
    """Its own URL, as an Alertmanager may have peers; or a context."""

    @property
    def host(self) -> str:
        """Whose clock it shows: what stands before many servers dates their answers.
        A port-forward leads to a pod, and each may be on another node."""
        url = urlsplit(self.where)
        is_http = url.scheme in {"http", "https"}
        return (url.hostname if is_http else None) or self.where

    def answers(self, kind: SourceKind, endpoint: str) -> bool:
        """Whether it is one of the servers of an endpoint."""
        return (self.kind, self.endpoint) == (kind, endpoint)


def is_wrong(server: ServerTime, ours: OurClock | None) -> bool:
    """Whether its clock is off even when ours is not."""
    return is_off(server.ahead - (ours.behind_seconds if ours else 0.0))


def of_hosts(servers: Iterable[ServerTime]) -> tuple[tuple[ServerTime, ...], ...]:
    """The servers by the clocks that they show: all that agree behind one host are one.

    Where they differ behind one host, there are more clocks than one.
    """
    found: list[list[ServerTime]] = []
    for each in sorted(servers, key=lambda one: (one.host, one.ahead)):
        last = found[-1][-1] if found else None
        is_same = last is not None and last.host == each.host
        if last is not None and is_same and not is_off(each.ahead - last.ahead):
            found[-1].append(each)
        else:
            found.append([each])
    return tuple(map(tuple, found))


def of_servers(
    servers: Sequence[ServerTime],
    time_servers: Iterable[float],
    ours: OurClock | None,
    cluster: str,
) -> tuple[Finding, ...]:
    """One for each clock of a cluster that is off.

    servers         all that are known, other clusters' too: they are witnesses
    time_servers    how far those of the nodes are ahead of ours
    ours            when our own clock is wrong: it is corrected by that
    """
    right = ours.behind_seconds if ours else 0.0
    hosts = of_hosts(servers)
    known = [*(each[0].ahead for each in hosts), *time_servers]
    agreeing = sum(not is_off(each - right) for each in known)
    wrong = (
        [each for each in host if each.cluster == cluster and is_wrong(each, ours)]
        for host in hosts
    )
    return tuple(
        _finding(each, each[0].ahead - right, agreeing, len(known))
        for each in wrong
        if each
    )


def _finding(
    host: Sequence[ServerTime], off: float, agreeing: int, known: int
) -> Finding:
    first = host[0]
    name, behind = f"{first.kind.value} {first.where}", ""
    if len(host) > 1:
        kinds = sorted({each.kind.value for each in host})
        name, behind = first.host, f" ({', '.join(kinds)})"
    if agreeing:
        others = f"{agreeing} of the {known - 1} other clocks agree"
        why = f"{others} on another time. {ADVICE}"
    else:
        why = f"Or this machine's is {said(-off)}: no other clock tells. Compare both."
    is_certain = agreeing > 0 and any(each.is_live for each in host)
    return Finding(
        FindingKind.CLOCK_OFF,
        Verdict.REAL if is_certain else Verdict.UNDECIDED,
        name,
        f"the clock of {name}{behind} is {said(off)}",
        why,
    )
