"""What targets and kernel logs tell about an alert that is real anyway.

Notes are read by a person: they show what fails and where. They never move a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter

from tui.model.alert import Alert, Evidence, Judgement, Verdict
from tui.model.kernel import GRAVITY
from tui.model.log import LogFinding
from tui.model.target import Health, TargetRow
from tui.triage import inventory
from tui.triage.case import Case

_BEFORE = timedelta(minutes=15)
"""How long before an alert fires the last line may be that it is made of."""
_MOST = 4
"""Targets or devices told one by one."""
_SCRAPED = ", scraped "
_REST = attrgetter(
    *(each for each in Judgement.__struct_fields__ if each != "evidence")
)
_REST_OF_PIECE = attrgetter(
    *(
        each
        for each in Evidence.__struct_fields__
        if each not in {"claim", "observed_at"}
    )
)


def of_targets(case: Case) -> tuple[Evidence, ...]:
    """What Prometheus says now of the targets that the alert is about."""
    source = f"prometheus {case.cluster}".rstrip()
    rows = case.scene.rows
    if rows is None:
        return (_unknown("its targets were never read", source),)
    labels = case.alert.labels
    instance = labels.get("instance")
    job = inventory.of_job(rows, labels.get("job", ""))
    mine = [row for row in job if not instance or row.instance == instance]
    if not mine:
        return (_unknown("Prometheus lists no such target", source),)
    failing = [row for row in mine if row.health is not Health.UP]
    shown = failing or mine
    told = [_of_target(case, row, source) for row in shown[:_MOST]]
    if len(shown) > _MOST:
        left = f"and {len(shown) - _MOST} more: the targets screen lists them"
        told.append(Evidence(left, told[-1].supports, source))
    return tuple(told)


def _of_target(case: Case, row: TargetRow, source: str) -> Evidence:
    name = f"{row.job} {row.instance}".rstrip()
    target, at = row.target, case.scene.rows_at
    claim, supports = f"{name} is {row.health.value}", Verdict.REAL
    if row.health is Health.UP:
        claim = f"{name} is up: it answers again, or another part of it does"
        is_fresh = case.has_recent_rows
        supports = Verdict.FALSE_POSITIVE if is_fresh else Verdict.UNDECIDED
    if target is not None and target.last_scrape is not None:
        claim += f"{_SCRAPED}{target.last_scrape:%H:%M:%S} UTC"
    url = f"curl -sS {target.scrape_url}" if target else ""
    return Evidence(claim, supports, source, url, row.last_error or row.reason, at)


def untimed(judgement: Judgement) -> object:
    """All that a judgement says but for when each thing was read, or scraped."""
    pieces = [
        (each.claim.partition(_SCRAPED)[0], _REST_OF_PIECE(each))
        for each in judgement.evidence
    ]
    return _REST(judgement), pieces


def lines_behind(
    alert: Alert, kinds: Sequence[str], found: Sequence[LogFinding]
) -> tuple[LogFinding, ...]:
    """The kernel findings that an alert can be made of, gravest first.

    kinds   classes of the kernel catalogue
    """
    since = alert.starts_at - _BEFORE
    fitting = [each for each in found if each.kind in kinds and each.last >= since]
    return tuple(sorted(fitting, key=lambda each: GRAVITY.get(each.meaning, 0)))


def of_kernel(case: Case, kinds: Sequence[str]) -> tuple[Evidence, ...]:
    """The lines behind the alert by node and device, and why it is in this cluster."""
    source = f"kernel log {case.cluster}".rstrip()
    behind = lines_behind(case.alert, kinds, case.scene.kernel)
    if not behind:
        none = f"no {' or '.join(kinds)} line in its kernel logs, now or just before"
        return (_unknown(none, source),)
    told = [_of_lines(each, source) for each in behind[:_MOST]]
    if case.is_placed:
        claim = (
            "the alert names no cluster; of all that its sender serves, only "
            f"{case.cluster} has such lines"
        )
        told.append(Evidence(claim, Verdict.REAL, source))
    return tuple(told)


def _of_lines(found: LogFinding, source: str) -> Evidence:
    lines = "1 line" if found.count == 1 else f"{found.count} lines"
    since, until = f"{found.first:%H:%M:%S}", f"{found.last:%H:%M:%S}"
    between = f"at {until} UTC" if since == until else f"{since} to {until} UTC"
    return Evidence(
        f"{_place(found)}: {found.meaning}, {lines}, {between}",
        Verdict.REAL,
        source,
        f"talosctl -n {found.node} dmesg | grep -i {found.kind}",
        found.sample,
        found.last,
    )


def place(case: Case, kinds: Sequence[str]) -> str:
    """Node and device that the alert is about, by the gravest line; else empty."""
    behind = lines_behind(case.alert, kinds, case.scene.kernel)
    places = list(dict.fromkeys(map(_place, behind)))
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f"{places[0]}{more}" if places else ""


def _place(found: LogFinding) -> str:
    hurts = f" ({found.hurts})" if found.hurts else ""
    return f"{found.node} {found.device}{hurts}".strip()


def _unknown(claim: str, source: str) -> Evidence:
    return Evidence(claim, Verdict.UNDECIDED, source)
