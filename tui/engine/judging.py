"""Whose each alert is, and the judgement on it from that cluster's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.engine.answers import Answers, answers_of
from tui.engine.plan import Served
from tui.engine.view import View
from tui.model.alert import Alert, JudgedAlert, Verdict
from tui.model.fleet import SourceKind
from tui.model.reading import Freshness
from tui.triage import assign
from tui.triage.case import Case, Scene

_VERDICTS = list(Verdict)
_SEVERITIES = ("critical", "error", "warning", "info")


def judged_alerts(
    view: View, scenes: Mapping[str, Scene]
) -> dict[str, tuple[JudgedAlert, ...]]:
    """Judged alerts by name of the cluster; "" holds those of no cluster.

    A cluster whose Alertmanager never answered is not in it. An alert made of kernel
    lines that names no cluster goes where the lines are.
    """
    found: dict[str, list[JudgedAlert]] = {}
    for served in view.of_kind(SourceKind.ALERTMANAGER):
        alerts: tuple[Alert, ...] | None = view.reading(served.key("alerts")).value
        if alerts is None:
            continue
        for cluster in served.clusters:
            found.setdefault(cluster.name, [])
        own = {each.name: scenes[each.name].kernel for each in served.clusters}
        for alert in alerts:
            name = assign.cluster_of(alert.labels, served.marks, served.home)
            placed = ""
            if not assign.is_marked(alert.labels, served.marks):
                kinds = view.rulebook.kernel_kinds(alert)
                placed = assign.cluster_by_kernel(alert, kinds, own)
            case = _case(view, alert, placed or name, scenes)
            case = replace(
                case,
                is_placed=placed not in {"", name},
                doubt=_doubt(served, alert, case.cluster),
            )
            one = _judged(view, served, case, scenes)
            found.setdefault(case.cluster, []).append(one)
    return {name: tuple(sorted(each, key=_rank)) for name, each in found.items()}


def _judged(
    view: View, served: Served, case: Case, scenes: Mapping[str, Scene]
) -> JudgedAlert:
    """The alert by its own cluster; and by others when it may be about them as well."""
    names = _concerned(view, case)
    others = [name for name in names if name != case.cluster]
    cases = [case, *(_case(view, case.alert, name, scenes) for name in others)]
    judgement = view.rulebook.judge_together(cases)
    waits = any(a.attempts == 0 for each in cases for a in each.answers.values())
    return JudgedAlert(
        case.alert,
        judgement,
        case.cluster,
        served.key("alerts").endpoint,
        is_waiting=judgement.verdict is Verdict.UNDECIDED and waits,
        concerns=names,
    )


def _concerned(view: View, case: Case) -> tuple[str, ...]:
    """All clusters of a shared Prometheus, when the alert is not of one alone.

    An `absent()` alert carries no labels but those of the sender: it says the same of
    every cluster that the sender looks at. Only what clears it must hold in all.
    """
    served = view.serving(SourceKind.PROMETHEUS, case.cluster)
    if served is None or not served.is_shared:
        return ()
    if not view.rulebook.is_cleared_by_clusters(case.alert):
        return ()
    known, pace = view.said(served.key("rules"))
    is_fresh = known.freshness(view.now, pace) is Freshness.LIVE
    rules = known.value if is_fresh and known.value else ()
    if assign.is_own(case.alert, rules, served.marks, case.cluster, served.home):
        return ()
    return tuple(each.name for each in served.clusters)


def _doubt(served: Served, alert: Alert, cluster: str) -> str:
    """What speaks against the alert being of the cluster that it is shown in."""
    if not cluster:
        return assign.why_nobodys(alert.labels, served.marks)
    if served.is_shared:
        return ""
    (only,) = served.clusters
    return assign.contradiction(alert.labels, only.name, only.labels)


def _case(view: View, alert: Alert, cluster: str, scenes: Mapping[str, Scene]) -> Case:
    """One alert with the answers of one cluster only."""
    config = view.cluster(cluster)
    answers = Answers({}, {})
    if config is not None:
        questions = view.rulebook.questions_for(alert)
        answers = answers_of(view, config, questions)
    return Case(
        alert=alert,
        cluster=cluster,
        answers=answers.readings,
        inventory=config.inventory if config else (),
        interval=view.pace,
        now=view.now,
        scene=scenes.get(cluster, Scene()),
        paces=answers.paces,
    )


def _rank(judged_alert: JudgedAlert) -> tuple[int, int, float, str]:
    """Worst verdict first, then severity, then the newest."""
    alert = judged_alert.alert
    known = alert.severity in _SEVERITIES
    severity = _SEVERITIES.index(alert.severity) if known else len(_SEVERITIES)
    verdict = _VERDICTS.index(judged_alert.verdict)
    return verdict, severity, -alert.starts_at.timestamp(), alert.fingerprint
