"""What we make of an operator's query is PromQL, and speaks of one cluster alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.model.test_promql import HELD
from tests.real.polling import eventually
from tui.config import Endpoint
from tui.model.labels import Labels
from tui.model.metric import Sample
from tui.model.promql import held_to, reads
from tui.model.silence import Matcher
from tui.sources.prometheus import PrometheusSource
from tui.triage import assign

pytestmark = pytest.mark.real

MARKS = tuple((name, {"cluster": name}) for name in ("prod", "monit", "agentic"))


@pytest.fixture
async def source(prometheus: str) -> AsyncIterator[PrometheusSource]:
    found = PrometheusSource(Endpoint((prometheus,)), 5.0)
    yield found
    await found.aclose()


# Prometheus 2.42 does not know quoted names.
KNOWN = [text for text, _ in HELD if "my.metric" not in text]


@pytest.mark.parametrize("expression", KNOWN)
async def test_prometheus_reads_what_we_make_of_a_query(
    source: PrometheusSource, expression: str
) -> None:
    held = held_to(expression, assign.held_to("prod", MARKS, "monit"))
    await eventually(source.rules, lambda _: True)  # it is ready
    assert isinstance((await source.measure(held)).samples, tuple)
    for read in reads(expression, assign.held_to("prod", MARKS, "monit")):
        assert isinstance(await source.query(read.down), tuple)
        assert isinstance(await source.query(read.last_written), tuple)
        if read.over_ms:
            assert isinstance(await source.query(read.ended), tuple)


@pytest.mark.parametrize("name", ["prod", "monit"])
async def test_only_the_clusters_own_series_answer(
    source: PrometheusSource, name: str
) -> None:
    held = held_to("up", assign.held_to(name, MARKS, "monit"))

    async def ask() -> tuple[list[Labels], list[Labels]]:
        every = await source.query("up")
        found = await source.query(held)
        if len({*map(_cluster, every)}) < 2:
            return [], []
        own = [
            sample.labels
            for sample in every
            if assign.cluster_of(sample.labels, MARKS, "monit") == name
        ]
        return own, [sample.labels for sample in found]

    # Until each target was scraped once there are more from one question to the next.
    own, found = await eventually(ask, lambda both: both[0] and both[0] == both[1])
    assert found == own
    assert found


def _cluster(sample: Sample) -> str:
    return sample.labels.get("cluster", "")


async def test_a_matcher_for_no_label_finds_what_has_none(
    source: PrometheusSource,
) -> None:
    bare = (Matcher("no_such_label", "x|", is_regex=True),)
    assert await eventually(lambda: source.query(held_to("up", bare)), bool)
