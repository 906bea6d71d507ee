"""Whose each alert is, and the judgement on it from that cluster's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.engine.answers import Answers, answers_of
from tui.engine.view import View
from tui.model.alert import Alert, JudgedAlert, Verdict
from tui.model.fleet import SourceKind
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
            scene = scenes.get(placed or name, Scene())
            case = _case(view, alert, placed or name, scene)
            case = replace(case, is_placed=placed not in {"", name})
            judgement = view.rulebook.judge(case)
            one = JudgedAlert(
                alert,
                judgement,
                case.cluster,
                served.key("alerts").endpoint,
                is_waiting=judgement.verdict is Verdict.UNDECIDED
                and any(each.attempts == 0 for each in case.answers.values()),
            )
            found.setdefault(case.cluster, []).append(one)
    return {name: tuple(sorted(each, key=_rank)) for name, each in found.items()}


def _case(view: View, alert: Alert, cluster: str, scene: Scene) -> Case:
    """One alert with the answers of its own cluster only."""
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
        scene=scene,
        paces=answers.paces,
    )


def _rank(judged_alert: JudgedAlert) -> tuple[int, int, float, str]:
    """Worst verdict first, then severity, then the newest."""
    alert = judged_alert.alert
    known = alert.severity in _SEVERITIES
    severity = _SEVERITIES.index(alert.severity) if known else len(_SEVERITIES)
    verdict = _VERDICTS.index(judged_alert.verdict)
    return verdict, severity, -alert.starts_at.timestamp(), alert.fingerprint
