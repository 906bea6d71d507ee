"""What is asked of Prometheus, and to whom its answers belong."""

from __future__ import annotations

from msgspec.structs import replace

from tests.judged import NOW
from tui.engine.pasts import _by_name, _of, _steps, selector
from tui.model.metric import Series
from tui.model.target import Health, Target


def target(job: str, instance: str, **labels: str) -> Target:
    known = {"job": job, "instance": instance, **labels}
    return Target(known, Health.UP, job, "http://x/metrics", "", NOW, 0.1, 30, 10)


def series(**labels: str) -> Series:
    return Series(labels, ())


def test_one_target_is_asked_for_by_its_very_name() -> None:
    assert selector([target("a", "h:1")]) == '{job="a",instance="h:1"}'


def test_many_are_asked_for_at_once_and_never_by_a_pattern_of_theirs() -> None:
    found = selector([target("a.b", "h|x"), target("a.b", 'i"\\')])
    assert found == r'{job="a.b",instance=~"h\\|x|i\"\\\\"}'


def test_series_of_the_same_name_are_told_apart_by_the_other_labels() -> None:
    probes = target("kubelet", "n:1", metrics_path="/probes")
    lines = _by_name(
        [
            series(job="kubelet", instance="n:1", metrics_path="/metrics"),
            series(job="kubelet", instance="n:1", metrics_path="/probes"),
        ]
    )
    assert _of(probes, lines) is lines["kubelet", "n:1"][1]


def test_a_series_may_carry_labels_that_its_server_added() -> None:
    lines = _by_name([series(job="a", instance="h", replica="1", cluster="x")])
    assert _of(target("a", "h"), lines) is not None
    assert _of(target("a", "h", pod="p"), lines) is None


def test_the_series_with_the_fewest_labels_is_its_own() -> None:
    lines = _by_name(
        [
            series(job="a", instance="h", pod="p"),
            series(job="a", instance="h"),
        ]
    )
    assert _of(target("a", "h"), lines) is lines["a", "h"][1]


def test_an_empty_label_of_a_target_is_none_in_its_series() -> None:
    lines = _by_name([series(job="a", instance="h")])
    assert _of(target("a", "h", pod=""), lines) is not None


def test_values_stand_on_their_step_and_what_is_missing_is_a_gap() -> None:
    start = NOW.timestamp()
    known = replace(
        series(), points=((start, 1.0), (start + 20, 0.5), (start + 30, float("nan")))
    )
    assert _steps(known, NOW, 10, 5) == (1.0, None, 0.5, None, None)
    assert _steps(None, NOW, 10, 2) == (None, None)
