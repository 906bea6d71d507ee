"""The list of targets, taken out of an answer while it arrives."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.replay import ENDPOINT
from tui.model.fault import FaultKind
from tui.model.target import Health, Target
from tui.sources.base import SourceError
from tui.sources.prometheus import PrometheusSource
from tui.sources.prometheus_targets import DOCUMENT, TargetsReader, left_in

# What would end a target or the list, were it not inside of a text.
TRICKY = '},{"discoveredLabels":{"a":"b"}],"droppedTargets":[\\"'


def wire(number: int, error: str = "") -> dict[str, Any]:
    return {
        "discoveredLabels": {"__address__": f"h{number}", "note": TRICKY},
        "labels": {"job": f"j{number % 3}", "instance": f"h{number}:1", "note": TRICKY},
        "scrapePool": "p",
        "scrapeUrl": f"http://h{number}:1/metrics",
        "globalUrl": f"http://h{number}:1/metrics",
        "lastError": error,
        "lastScrape": "2026-02-27T02:13:40.5Z",
        "lastScrapeDuration": 0.25,
        "health": "down" if error else "up",
        "scrapeInterval": "30s",
        "scrapeTimeout": "10s",
    }


def answer(*active: Any, **others: Any) -> bytes:
    data = {"activeTargets": list(active), "droppedTargets": [], **others}
    return compact({"status": "success", "data": data})


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def source(*pieces: bytes) -> PrometheusSource:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return PrometheusSource(
        ENDPOINT, 5, transport=httpx.MockTransport(lambda _: _answered(body()))
    )


def _answered(body: AsyncIterator[bytes]) -> httpx.Response:
    return httpx.Response(
        200, headers={"content-type": "application/json"}, content=body
    )


def sliced(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("size", [1, 7, 100, 1_000_000])
async def test_targets_are_the_same_however_the_answer_arrives(size: int) -> None:
    body = answer(*(wire(n, TRICKY if n % 4 == 0 else "") for n in range(20)))
    found = await source(*sliced(body, size)).targets()
    expected = sorted((f"j{n % 3}", f"h{n}:1") for n in range(20))
    assert [(each.job, each.instance) for each in found] == expected
    assert {each.labels["note"] for each in found} == {TRICKY}
    assert [each.last_error for each in found if each.health is Health.DOWN] == (
        [TRICKY] * 5
    )


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.integers(1, 400))
def test_no_text_in_a_target_can_end_it(errors: list[str], size: int) -> None:
    reader = TargetsReader()
    body = answer(*(wire(n, error) for n, error in enumerate(errors)))
    for piece in sliced(body, size):
        reader.feed(piece)
    found = reader.targets(left_in(DOCUMENT.decode(reader.document())))
    assert sorted(each.last_error for each in found) == sorted(errors)


def test_of_a_large_answer_next_to_nothing_is_kept() -> None:
    reader = TargetsReader()
    body = answer(*(wire(n) for n in range(500)))
    kept = [reader.feed(piece) for piece in sliced(body, 1_000)]
    assert max(kept) < 3_000 < len(body)


async def test_dropped_targets_are_not_taken_for_active_ones() -> None:
    dropped = [{"discoveredLabels": {"a": "b"}}] * 3
    body = answer(wire(1), wire(2), droppedTargets=dropped)
    for size in (1, 50, 10_000):
        assert len(await source(*sliced(body, size)).targets()) == 2


async def test_an_answer_written_in_another_way_is_read_as_a_whole() -> None:
    turned = [dict(reversed(wire(n).items())) for n in range(3)]
    dropped_first: dict[str, Any] = {"droppedTargets": [{"discoveredLabels": {}}] * 2}
    bodies = (
        answer(*turned),
        json.dumps(json.loads(answer(wire(1), wire(2), wire(3))), indent=2).encode(),
        compact(
            {
                "status": "success",
                "data": {**dropped_first, "activeTargets": [wire(n) for n in range(3)]},
            }
        ),
    )
    for body in bodies:
        assert len(await source(*sliced(body, 64)).targets()) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (answer(wire(1), wire(2), wire(3))[:-40], "cut short"),
        (answer(wire(1), wire(2))[:-900], "cut short"),
        (answer(wire(1), {**wire(2), "labels": 7}, wire(3)), "another shape"),
        (answer(wire(1), wire(2)).replace(b"h2:1", b"\xff"), "no valid JSON"),
    ],
)
async def test_a_broken_answer_is_a_fault_and_no_list(body: bytes, words: str) -> None:
    for size in (10, 1_000_000):
        with pytest.raises(SourceError) as caught:
            await source(*sliced(body, size)).targets()
        assert caught.value.fault.kind is FaultKind.PROTOCOL
        assert words in caught.value.fault.summary


def test_a_target_that_was_not_scraped_since_is_the_same_object() -> None:
    def read(before: TargetsReader | None, *active: Any) -> TargetsReader:
        reader = TargetsReader(before.seen if before else None)
        reader.feed(answer(*active))
        return reader

    first = read(None, *(wire(n) for n in range(4)))
    turned = [wire(n, "refused" if n == 1 else "") for n in range(4)]
    second = read(first, *turned)
    pairs = zip(_all(first), _all(second), strict=True)
    again = [each is before for before, each in pairs]
    # The last one is not taken out, but left for the decoder of the whole.
    assert again == [True, False, True, False]
    assert _all(second)[1].last_error == "refused"
    assert len(second.seen) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"lastScrape": "2026-02-27T02:14:10.5Z", "lastScrapeDuration": 0.5},
        {"health": "down"},
        {"scrapeInterval": "1m", "scrapeTimeout": "20s"},
        {"lastError": "refused", "health": "down"},
        {"scrapeUrl": "http://h1:2/metrics"},
        {"labels": {"job": "j1", "instance": "h1:1", "lastScrape": "never"}},
        {"lastScrape": None},
        {"a field": "of the next version"},
    ],
)
@pytest.mark.parametrize("is_error_last", [False, True])
def test_a_target_that_was_scraped_again_is_as_if_read_for_the_first_time(
    change: dict[str, Any], is_error_last: bool
) -> None:
    def told(of: dict[str, Any]) -> dict[str, Any]:
        error = of["lastError"]
        return (
            {**_without(of, "lastError"), "lastError": error} if is_error_last else of
        )

    body = answer(*(told({**wire(n), **change}) for n in range(4)))
    first, fresh = TargetsReader(), TargetsReader()
    first.feed(answer(*(told(wire(n, "no route")) for n in range(4))))
    before = answer(*(told(wire(n)) for n in range(4)))
    second = TargetsReader(first.seen)
    second.feed(before)
    again = TargetsReader(second.seen)
    again.feed(body)
    fresh.feed(body)
    assert _all(again) == _all(fresh)


@given(st.integers(60, 2_500), st.binary(max_size=3), st.integers(0, 3))
def test_broken_text_is_read_as_if_for_the_first_time(
    at: int, put: bytes, gone: int
) -> None:
    first = TargetsReader()
    first.feed(answer(*(wire(n) for n in range(5))))
    body = answer(*({**wire(n), "lastScrapeDuration": 1} for n in range(5)))
    body = body[:at] + put + body[at + gone :]
    told = []
    for reader in (TargetsReader(first.seen), TargetsReader()):
        try:
            reader.feed(body)
            told.append((_all(reader), ""))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            told.append(([], type(error).__name__))
    assert told[0] == told[1]


def test_a_target_keeps_its_labels_from_scrape_to_scrape() -> None:
    first = TargetsReader()
    first.feed(answer(*(wire(n) for n in range(3))))
    second = TargetsReader(first.seen)
    second.feed(answer(*({**wire(n), "lastScrapeDuration": n} for n in range(3))))
    pairs = list(zip(_all(first), _all(second), strict=True))[:2]
    assert [new.scrape_seconds for _, new in pairs] == [0, 1]
    assert all(old.labels is new.labels for old, new in pairs)


def _without(of: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in of.items() if key != name}


def _all(reader: TargetsReader) -> list[Target]:
    left = left_in(DOCUMENT.decode(reader.document()))
    found = {each.instance: each for each in reader.targets(left)}
    return [found[name] for name in sorted(found)]


def test_a_target_without_labels_hides_no_other() -> None:
    bare = {"discoveredLabels": {"note": "{"}, "scrapePool": "bare"}
    reader = TargetsReader()
    reader.feed(answer(wire(0), bare, wire(1), wire(2)))
    left = left_in(DOCUMENT.decode(reader.document()))
    found = reader.targets(left)
    assert sorted(each.instance for each in found) == ["", "h0:1", "h1:1", "h2:1"]


class Slow:
    """A server that is not done with a long list when its time is over."""

    def __init__(self) -> None:
        self.is_hanging = True
        self.timeouts: list[float] = []
        """How long it had each time."""
        self.passed = 0.0
        """Seconds that the loop is ahead of the clock."""

    def source(self, seconds: float) -> PrometheusSource:
        loop = asyncio.get_running_loop()
        real = loop.time
        loop.time = lambda: real() + self.passed  # type: ignore[method-assign]
        transport = httpx.MockTransport(self._respond)
        return PrometheusSource(ENDPOINT, seconds, transport=transport)

    async def _pieces(self) -> AsyncIterator[bytes]:
        whole = answer(*map(wire, range(1_200)))
        half = len(whole) // 2
        yield whole[:half]
        if self.is_hanging:
            # Its time is over once it has said so much, however slow this machine is.
            self.passed += self.timeouts[-1]
            await asyncio.Event().wait()
        yield whole[half:]

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.timeouts.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, content=self._pieces())


async def test_a_list_too_long_for_one_call_says_so_and_has_longer_next() -> None:
    server = Slow()
    source = server.source(10.0)
    for told in ("10 s, and there are more: it has 20 s next", "20 s, and"):
        with pytest.raises(SourceError) as caught:
            await source.targets()
        fault = caught.value.fault
        assert fault.kind is FaultKind.TIMEOUT
        assert re.match(rf"\d\d\d targets came within {told}", fault.summary)
    server.is_hanging = False
    assert len(await source.targets()) == 1_200
    assert server.timeouts == [10.0, 20.0, 40.0]


async def test_who_is_given_longer_for_a_list_has_it_for_nothing_else() -> None:
    server = Slow()
    source = server.source(10.0)
    with pytest.raises(SourceError):
        await source.targets()
    with pytest.raises(SourceError) as caught:
        await source.rules()
    assert caught.value.fault.summary == "no answer within 10 s"


async def test_a_server_that_answers_all_but_its_list_has_longer_for_it() -> None:
    timeouts = []

    async def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/rules"):
            return httpx.Response(200, json={"data": {"groups": []}})
        timeouts.append(request.extensions["timeout"]["read"])
        await asyncio.Event().wait()
        raise AssertionError

    transport = httpx.MockTransport(respond)
    source = PrometheusSource(ENDPOINT, 0.1, transport=transport)
    told = []
    for is_answering in (False, False, True, False):
        if is_answering:
            await source.rules()
        with pytest.raises(SourceError) as caught:
            await source.targets()
        told.append(caught.value.fault.summary)
    assert timeouts == [0.1, 0.1, 0.1, 0.2]
    assert told[1] == "no answer within 0.1 s"
    assert told[2] == "its list of targets took over 0.1 s: it has 0.2 s next"


async def test_more_targets_than_can_be_held_are_a_fault_and_not_a_part_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Slow()
    server.is_hanging = False
    monkeypatch.setattr("tui.sources.prometheus.MOST_TARGETS", 1_000)
    with pytest.raises(SourceError) as caught:
        await server.source(5).targets()
    assert caught.value.fault.summary.startswith("lists over 1,000 targets, too many")
