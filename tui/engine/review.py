"""Hands each cluster's facts to its review, now and then: it is for people to read."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from tui.config import ClusterConfig
from tui.engine.paced import Paced
from tui.engine.plan import question_key
from tui.engine.view import View
from tui.model.fleet import Cluster, FeedKey, Fleet, SourceKind
from tui.model.question import Question
from tui.model.review import Check
from tui.store import KernelLog
from tui.triage.review import QUESTIONS, review
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.told import Told


class Reviewer:
    """Reviews all clusters, now and then."""

    def __init__(self) -> None:
        self._paced: Paced[dict[str, tuple[Check, ...]]] = Paced()

    def reviewed(self, view: View, fleet: Fleet) -> Fleet:
        """The fleet with the newest review of each cluster."""
        checks = self._paced.made(view, partial(_checks, view, fleet))
        clusters = tuple(
            replace(each, review=checks[each.name]) for each in fleet.clusters
        )
        return replace(fleet, clusters=clusters)


def _checks(view: View, fleet: Fleet) -> dict[str, tuple[Check, ...]]:
    return {
        cluster.name: review(review_case(view, config, cluster))
        for config, cluster in zip(view.config.clusters, fleet.clusters, strict=True)
    }


def review_case(view: View, config: ClusterConfig, cluster: Cluster) -> ReviewCase:
    """What the review of one cluster may rest on."""
    kubernetes = f"kubernetes {cluster.name}"
    questions = (NODES, *QUESTIONS) if config.context else ()
    answers: dict[Question, Told[Any]] = {
        question: _told(view, question_key(config, question), kubernetes, question.text)
        for question in questions
    }
    return ReviewCase(
        cluster=cluster.name,
        nodes=cluster.nodes,
        answers=answers,
        targets=_targets(view, cluster),
        log=_log(view, cluster),
        certificates=cluster.certificates,
        node_interval=view.pace,
        facts_interval=view.facts_pace,
        now=view.now,
    )


def _targets(view: View, cluster: Cluster) -> Told[Any] | None:
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None:
        return None
    told = _told(view, served.key("targets"), "prometheus", "GET /api/v1/targets")
    return replace(told, reading=replace(told.reading, value=cluster.targets))


def _log(view: View, cluster: Cluster) -> Told[Any] | None:
    served = view.serving(SourceKind.LOKI, cluster.name)
    if served is None:
        return None
    told = _told(view, served.key("tail"), "loki", served.endpoint.selector)
    log = view.state.kernel.get(cluster.name, KernelLog())
    # Before the tail has delivered anything, no entry is not yet silence.
    last = log.last_by_node if told.reading.observed_at else None
    return replace(told, reading=replace(told.reading, value=last))


def _told(view: View, key: FeedKey, source: str, query: str) -> Told[Any]:
    """What a feed says; one that nobody supervises has said nothing, at any pace."""
    feed = view.feeds.get(key)
    interval = timedelta(seconds=feed.interval_seconds) if feed else view.pace
    return Told(view.reading(key), interval, source, query)
