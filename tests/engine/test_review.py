"""Reviews are made now and then, and at once when something answers at last."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from tests.clock import START
from tui.config import ClusterConfig, Config
from tui.engine.assemble import assemble
from tui.engine.paced import PACE
from tui.engine.plan import question_key
from tui.engine.review import Reviewer
from tui.engine.view import Memo, View
from tui.model.fleet import Fleet
from tui.model.kube import StorageClass
from tui.model.question import KubeQuestion
from tui.model.reading import Reading
from tui.model.review import Check, CheckState
from tui.store import Observed, State, reduce
from tui.triage.review_kubernetes import CLASSES, DRIVERS
from tui.triage.rulebook import Rulebook

CLUSTER = ClusterConfig("prod", {}, context="admin@prod")


def config(cluster: ClusterConfig) -> Config:
    return Config(Path("config.toml"), (cluster,))


def view(state: State, seconds: float = 0) -> View:
    now = START + timedelta(seconds=seconds)
    return View(config(CLUSTER), (), {}, {}, state, now, Memo(), Rulebook())


def with_answer(state: State, question: KubeQuestion, value: object) -> State:
    key = question_key(CLUSTER, question)
    return reduce(state, Observed(key, Reading(value, START, attempts=1)))


def storage(fleet: Fleet) -> Check:
    (cluster,) = fleet.clusters
    return next(each for each in cluster.review if each.id == "storage")


def look(reviewer: Reviewer, state: State, seconds: float = 0) -> Check:
    seen = view(state, seconds)
    return storage(reviewer.reviewed(seen, assemble(seen)))


EMPTY = with_answer(with_answer(State(), DRIVERS, ()), CLASSES, ())
FULL = with_answer(EMPTY, CLASSES, (StorageClass("a", "d", is_default=True),))


def test_a_first_answer_is_reviewed_at_once() -> None:
    reviewer = Reviewer()
    assert look(reviewer, State()).state is CheckState.UNKNOWN
    assert look(reviewer, EMPTY, 0.1).state is CheckState.FAILED


def test_a_newer_answer_waits_for_its_turn() -> None:
    reviewer = Reviewer()
    first = look(reviewer, EMPTY)
    assert look(reviewer, FULL, 1) is first
    assert look(reviewer, FULL, PACE.total_seconds()) != first


def test_a_clock_that_went_back_does_not_stop_the_reviews() -> None:
    reviewer = Reviewer()
    first = look(reviewer, EMPTY)
    assert look(reviewer, FULL, -60) != first


def test_a_cluster_without_kubernetes_cannot_tell() -> None:
    plain = replace(CLUSTER, context="")
    seen = replace(view(FULL), config=config(plain))
    found = storage(Reviewer().reviewed(seen, assemble(seen)))
    assert found.state is CheckState.UNKNOWN
