"""Reviews, pipelines and traces of any cluster: judged, told and copied as text."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from random import Random
from time import thread_time
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.hostile.warped import warped
from tests.triage import pipelines, reviews
from tests.triage.trace import scenes
from tests.yardstick import slowness
from tui.model.alert import Verdict
from tui.model.pipeline import Pipeline
from tui.model.review import CheckState
from tui.model.trace import Certainty, Stage
from tui.present import pipeline as pipeline_words
from tui.present import review as review_words
from tui.present import trace as trace_words
from tui.present.glyphs import UNICODE
from tui.triage import pipeline
from tui.triage.review import review
from tui.triage.trace import response
from tui.triage.trace.follow import follow, questions

T = TypeVar("T")
MOST_SECONDS = 0.25
"""Of CPU for one judgement, on the machine of the yardstick."""

fuzzed = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
chances = st.integers(0, 2**32 - 1).map(Random)
odds = st.sampled_from((0.0, 0.02, 0.1, 0.4))


def timed(work: Callable[[], T]) -> T:
    """What it gives, in time."""
    began = thread_time()
    found = work()
    took = thread_time() - began
    assert took < MOST_SECONDS or took / slowness() < MOST_SECONDS
    return found


@fuzzed
@given(chances, odds)
def test_any_cluster_is_reviewed(chance: Random, how_odd: float) -> None:
    well = reviews.well()
    case = replace(warped(well, chance, how_odd), now=well.now)
    checks = timed(lambda: review(case))
    assert [each.id for each in checks] == [each.id for each in review(well)]
    for check in checks:
        assert check.state in CheckState
        review_words.evidence(check, case.now, UNICODE)
        review_words.advice(check, UNICODE)
        review_words.queries(check)
    assert len(review_words.rows(checks, UNICODE)) == len(checks)


@fuzzed
@given(chances, odds)
def test_any_pipeline_is_judged(chance: Random, how_odd: float) -> None:
    well = pipelines.well()
    case = replace(warped(well, chance, how_odd), now=well.now)
    way: Pipeline = timed(lambda: pipeline.judged(case))
    assert len(way.nodes) == len(case.nodes)
    found = timed(lambda: pipeline.findings(way))
    assert all(each.title and each.verdict in Verdict for each in found)
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], pipeline=way)
    ways = pipeline_words.ways(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
    assert len(ways) == len(way.nodes) + 1
    assert len(pipeline_words.rows(ways, case.now, UNICODE, is_wide=True)) == len(ways)
    for each in ways:
        for report in each.reports:
            pipeline_words.why(each, report.stage, case.now, UNICODE)
            pipeline_words.mend(each.change(report))


@fuzzed
@given(chances, odds)
def test_any_storage_is_followed_and_its_commands_stay_commands(
    chance: Random, how_odd: float
) -> None:
    known = scenes.CASE
    case = replace(warped(known, chance, how_odd), first=known.first, last=known.last)
    trace = timed(lambda: follow(case))
    assert trace.certainty in Certainty
    stages = [each.stage for each in trace.steps]
    assert stages == [each for each in Stage if each in stages]
    list(questions(trace, "10.0.0.1"))
    for line in timed(lambda: response.commands(trace, case.cluster)).splitlines():
        assert line.isprintable()
        if line and not line.startswith("#"):
            assert_one_deletion(shlex.split(line))
    trace_words.text(trace, UNICODE)
    trace_words.steps(trace, scenes.LATER, UNICODE)
    trace_words.chain(trace, UNICODE)
    trace_words.brief(trace, UNICODE)


def assert_one_deletion(words: list[str]) -> None:
    """It deletes the one thing that it names, whatever that is called."""
    kubectl, *rest = words
    assert kubectl == "kubectl"
    options = dict(zip(rest[::2], rest[1::2], strict=False))
    at = rest.index("delete", 2)
    assert set(rest[:at:2]) <= {"--context", "-n"}, options
    kind, name, *more = rest[at + 1 :]
    assert kind in {"pod", "pvc"}
    assert not name.startswith("-")
    assert more in ([], ["--wait=false"])
