"""The archive of kernel logs against the lab: page by page, without a seam."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.fault import FaultKind
from tui.model.log import Entry, LogBatch, LogQuery, LogSpan
from tui.model.silence import Matcher
from tui.model.unix import to_ns

CLOCK = SystemClock()
SECOND = 1_000_000_000
NOW = to_ns(CLOCK.now()) // SECOND * SECOND
WHOLE = LogSpan(NOW - 600 * SECOND, NOW)
ARCHIVED = LogQuery("prod", (Matcher("level", "archived"),))


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as started:
        for cluster in ("prod", "monit"):
            fill(started, cluster)
        yield started


def fill(lab: RunningLab, cluster: str) -> None:
    """2,500 entries, fifty in each nanosecond."""
    labels = {"cluster": cluster, "job": "talos-kernel", "level": "archived"}
    values = [
        [str(NOW - 300 * SECOND + number // 50), f"{cluster} {number:05}"]
        for number in range(2500)
    ]
    body = {"streams": [{"stream": labels, "values": values}]}
    url = f"{lab.environment['LOKI_URL']}/loki/api/v1/push"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 204


def engine(lab: RunningLab) -> Engine:
    return Engine(
        load(Path(lab.environment["TALOSCOPE_CONFIG"])), CLOCK, random=Random(7)
    )


async def read(
    lab: RunningLab, query: LogQuery, span: LogSpan, *, forward: bool
) -> list[LogBatch]:
    started = engine(lab)
    try:
        pages = started.archive.pages(query, span, forward=forward)
        return [page async for page in pages]
    finally:
        await started.aclose()


PROD = [f"prod {number:05}" for number in range(2500)]


def lines(entries: list[Entry]) -> list[str]:
    return [entry.line for entry in entries]


async def test_forward_pages_join_without_a_seam(lab: RunningLab) -> None:
    pages = await read(lab, ARCHIVED, WHOLE, forward=True)
    assert len(pages) > 1
    assert lines([entry for page in pages for entry in page.entries]) == PROD


async def test_backward_pages_join_without_a_seam(lab: RunningLab) -> None:
    pages = await read(lab, ARCHIVED, WHOLE, forward=False)
    assert pages[0].entries[-1].line == PROD[-1]
    ordered = [entry for page in reversed(pages) for entry in page.entries]
    assert len(pages) > 1
    assert sorted(lines(ordered)) == PROD
    assert [e.at_ns for e in ordered] == sorted(e.at_ns for e in ordered)


async def test_what_one_holds_is_joined_in_the_middle_of_a_nanosecond(
    lab: RunningLab,
) -> None:
    (first, *_) = await read(lab, ARCHIVED, WHOLE, forward=False)
    kept = first.entries[7:]
    older = await read(
        lab, ARCHIVED, LogSpan.before(kept, WHOLE.since_ns), forward=False
    )
    both = [*(entry for page in older for entry in page.entries), *kept]
    assert sorted(lines(both)) == PROD


async def test_stages_pass_a_part(lab: RunningLab) -> None:
    some = LogQuery("prod", stages='|= "prod 0249"')
    pages = await read(lab, some, WHOLE, forward=True)
    assert lines([entry for page in pages for entry in page.entries]) == PROD[-10:]


async def test_counts_are_of_one_cluster(lab: RunningLab) -> None:
    started = engine(lab)
    counts = await started.archive.counts(ARCHIVED, WHOLE, 10, by="level")
    await started.aclose()
    assert isinstance(counts, tuple)
    assert sum(count.count for count in counts) == 2500
    assert {count.labels["level"] for count in counts} == {"archived"}


async def test_a_page_that_fails_is_tried_again_by_the_next_pull(
    lab: RunningLab,
) -> None:
    started = engine(lab)
    pages = started.archive.pages(ARCHIVED, WHOLE, forward=True)
    found = list((await anext(pages)).entries)
    lab.faults(add=("loki-down",))
    fault = (await anext(pages)).fault
    lab.faults(remove=("loki-down",))
    assert fault is not None
    assert fault.kind is FaultKind.UNREACHABLE
    async for page in pages:
        found += page.entries
    await started.aclose()
    assert lines(found) == PROD


async def test_a_query_that_is_wrong_is_refused_once(lab: RunningLab) -> None:
    (only,) = await read(
        lab, LogQuery("prod", stages="|= nonsense"), WHOLE, forward=True
    )
    assert only.fault is not None
    assert only.fault.kind is FaultKind.BAD_QUERY


async def test_a_cluster_without_loki_says_so(lab: RunningLab) -> None:
    (only,) = await read(lab, LogQuery("nowhere"), WHOLE, forward=True)
    assert only.fault is not None
    assert "no Loki is configured for nowhere" in only.fault.summary
