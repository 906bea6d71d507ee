"""What the rules about Kubernetes' own components share: whom they cover, the fixes."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from tui.model.question_beyond import TargetsOf
from tui.model.scrape_error import scrape_error
from tui.model.silence import Matcher
from tui.model.target import Health, TargetRow
from tui.triage.case import Case
from tui.triage.expectation_beyond import is_scraped
from tui.triage.rule import Claim, Ruling, Scope, alert_scope, fails, holds, unclear

_RELEASE = "kube-prometheus-stack"
_NAMESPACE = "kube-system"


def own_scope(alert: str, job: str) -> Scope:
    """The component's own alert.

    Labels that are not there do not speak against it (an `absent()` alert has none);
    a job, namespace or service of another name does.
    """
    return alert_scope(
        alert,
        Matcher("job", f"|{job}", is_regex=True),
        Matcher("namespace", f"|{_NAMESPACE}", is_regex=True),
        Matcher("service", f"|(.+-)?{job}", is_regex=True),
    )


def target_scope(job: str) -> Scope:
    """TargetDown of exactly its job: what is scraped in Kubernetes has a namespace."""
    return alert_scope(
        "TargetDown",
        Matcher("job", job),
        Matcher("namespace", _NAMESPACE),
        Matcher("service", f"|(.+-)?{job}", is_regex=True),
    )


def none_answers(job: str, *, is_gone: bool = False) -> Claim:
    """TargetDown says that some are down. One that is up is neither gone nor hidden.

    is_gone     there is said to be none at all: then a pod of it speaks against that,
                whatever its labels are
    """
    return Claim(
        f"no target of {job} answers Prometheus",
        (TargetsOf(job),),
        partial(_none_answers, job, is_gone=is_gone),
    )


def none_is_met(job: str, *, is_gone: bool = False) -> Claim:
    """As `none_answers`, of the component's own alert: mostly nothing is listed.

    Whatever it is called, it may be of one target while others are up.
    """
    return Claim(
        f"Prometheus reaches no {job}",
        (TargetsOf(job),),
        partial(_none_is_met, job, is_gone=is_gone),
        is_optional=True,
    )


def _none_answers(job: str, case: Case, *, is_gone: bool) -> Ruling:
    if not _tried(job, case):
        return unclear(f"Prometheus lists no target of {job}")
    return _none_is_met(job, case, is_gone=is_gone)


def _none_is_met(job: str, case: Case, *, is_gone: bool) -> Ruling:
    question = TargetsOf(job)
    rows = _tried(job, case)
    pods = (row.target.labels.get("pod") for row in rows if row.target)
    if is_gone and (name := next(filter(None, pods), "")):
        return fails(f"Prometheus knows a pod of {job}: {name}")
    for row in rows:
        if row.health is Health.UP:
            if is_scraped(row, case.dated_at(question)):
                return fails(f"{job} {row.instance} answers, so others should")
            return unclear(f"{job} {row.instance} was up when it was scraped last")
    for row in rows:
        if doubt := _not_down(row, case.dated_at(question)):
            return unclear(f"{job} {row.instance} {doubt}")
    if any(row.health is Health.UNKNOWN for row in rows):
        return unclear(f"Prometheus has not tried every target of {job}")
    return holds(f"{len(rows)}/{len(rows)} down" if rows else "it lists none")


def _not_down(row: TargetRow, seen: datetime | None) -> str:
    """Why a target that is down may yet answer; empty when it does not."""
    error = scrape_error(row.last_error)
    if row.health is not Health.DOWN:
        return ""
    if error.is_answered:
        return f"answers, with {error.words}"
    return "" if is_scraped(row, seen) else "was down when it was scraped last"


def _tried(job: str, case: Case) -> tuple[TargetRow, ...]:
    """The component's targets that Prometheus lists.

    What only the inventory lists, Prometheus has not tried.
    """
    every: tuple[TargetRow, ...] = case.value(TargetsOf(job))
    return tuple(
        row
        for row in every
        if row.target is not None and _namespace(row) in {"", _NAMESPACE}
    )


def _namespace(row: TargetRow) -> str:
    return row.target.labels.get("namespace", "") if row.target else ""


def fixes(value: str, job: str) -> tuple[str, ...]:
    """Best first: Helm values, then the ServiceMonitor. The silence is added later."""
    return (
        f"# values of {_RELEASE}: no scraping, no rule, no alert\n"
        f"{value}:\n  enabled: false\n",
        "# ends TargetDown; an absent() rule goes on until it is removed too\n"
        f"kubectl -n monitoring delete servicemonitor {_RELEASE}-{job}",
    )


AT_THE_SOURCE = """\
**Fix at the source**, while it is false; the best way first:

1. Turn the component off in the values of kube-prometheus-stack: neither scraping nor
   rule nor alert is left. `c` copies them.
2. Delete the ServiceMonitor that makes the job: `D` shows it, lets the server try it,
   and asks for its name. `taloscope undo` puts it back. A rule with `absent()` goes on.
3. A silence of a year on exactly these labels: `s`.
"""
