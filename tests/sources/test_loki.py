"""Loki: recorded ranges and tails decode without loss, and refusals are faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from tests.sources.replay import (
    DATA,
    ENDPOINT,
    playing,
    raw,
    recorded,
    recordings,
    saying,
)
from tui.config import Endpoint
from tui.model.fault import FaultKind
from tui.model.log import Entry
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource

TAILS = sorted((DATA / "loki").glob("tail-*.json"))


def tail_of(path: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


OPENED = [p for p in TAILS if tail_of(p)["response"]["status"] == 101]
REFUSED = [p for p in TAILS if p not in OPENED]


def flat(streams: list[dict[str, Any]]) -> list[tuple[int, str, dict[str, str]]]:
    """All that the wire says of each entry, but Loki's own shard label."""
    found = []
    for stream in streams:
        for at, line, *extra in stream["values"]:
            said = {**stream["stream"]}
            for more in extra:
                said |= more.get("structuredMetadata", {}) | more.get("parsed", {})
            said.pop("__stream_shard__", None)
            found.append((int(at), line, said))
    return found


def ours(entries: tuple[Entry, ...]) -> list[tuple[int, str, dict[str, str]]]:
    return [(e.at_ns, e.line, {**e.labels, **e.metadata}) for e in entries]


@pytest.mark.parametrize("record", recordings("/loki/api/v1/query_range"))
async def test_recorded_ranges_decode_without_loss(record: dict[str, Any]) -> None:
    source = LokiSource(ENDPOINT, 5.0, transport=playing(record))
    data = raw(record)["data"]
    if data["resultType"] != "streams":
        with pytest.raises(SourceError, match="numbers, not log entries"):
            await source.query_range("x", 0, 1, 5, forward=True)
        return
    entries = await source.query_range("x", 0, 1, 5, forward=True)
    assert ours(entries) == sorted(flat(data["result"]), key=lambda entry: entry[0])
    assert all("detected_level" not in entry.labels for entry in entries)


async def test_backward_is_newest_first_and_keeps_the_order_of_arrival() -> None:
    record = recorded("loki/dups-query-backward.json")
    source = LokiSource(ENDPOINT, 5.0, transport=playing(record))
    entries = await source.query_range("x", 0, 1, 5, forward=False)
    wire = flat(raw(record)["data"]["result"])
    assert ours(entries) == sorted(wire, key=lambda entry: -entry[0])


@pytest.mark.parametrize("record", recordings("/loki/api/v1/query_range", ok=False))
async def test_recorded_refusals_say_what_the_server_says(
    record: dict[str, Any],
) -> None:
    source = LokiSource(ENDPOINT, 5.0, transport=playing(record))
    with pytest.raises(SourceError) as caught:
        await source.query_range("x", 0, 1, 5, forward=True)
    expected = {
        400: FaultKind.BAD_QUERY,
        401: FaultKind.AUTH,
        404: FaultKind.NOT_FOUND,
        500: FaultKind.SERVER,
        504: FaultKind.TIMEOUT,
    }
    fault = caught.value.fault
    assert fault.kind is expected[record["status"]]
    assert fault.detail.rstrip("…") in " ".join(
        (DATA / record["file"]).read_text().split()
    )


@pytest.mark.parametrize("reply", [b'{"status":"success"}', b'{"data":{}}'])
async def test_an_answer_without_data_does_not_say_that_there_are_no_entries(
    reply: bytes,
) -> None:
    source = LokiSource(ENDPOINT, 5.0, transport=saying(200, reply))
    with pytest.raises(SourceError, match="another shape"):
        await source.query_range("x", 0, 1, 5, forward=True)


async def test_a_time_that_is_no_number_is_a_protocol_fault() -> None:
    reply = b'{"data":{"result":[{"stream":{},"values":[["soon","x"]]}]}}'
    source = LokiSource(ENDPOINT, 5.0, transport=saying(200, reply))
    with pytest.raises(SourceError, match="no number"):
        await source.query_range("x", 0, 1, 5, forward=True)


class Playback:
    """Plays one recorded tail over a socket."""

    def __init__(self, recording: dict[str, Any]) -> None:
        self.recording = recording

    async def play(self, request: web.Request) -> web.StreamResponse:
        response = self.recording["response"]
        if response["status"] != 101:
            return web.Response(status=response["status"], text=response["body"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for frame in self.recording["frames"]:
            match frame.get("opcode"):
                case "text":
                    cut = frame.get("payload_cut")
                    await socket.send_str(json.dumps(cut) if cut else frame["payload"])
                case "ping":
                    await socket.ping()
                case "close":
                    why = frame["close_reason"].encode()
                    await socket.close(code=frame["close_code"], message=why)
        await socket.close()
        assert socket.closed
        return socket


async def played(path: Any) -> tuple[list[Entry], int, SourceError | None]:
    """The entries, the drops and the end of a recorded tail."""
    app = web.Application()
    app.router.add_get("/loki/api/v1/tail", Playback(tail_of(path)).play)
    server = TestServer(app)
    await server.start_server()
    source = LokiSource(Endpoint(urls=(str(server.make_url("")),)), 5.0)
    entries: list[Entry] = []
    dropped = 0
    try:
        async for frame in source.tail("{}", 1):
            entries += frame.entries
            dropped += frame.dropped
    except SourceError as error:
        return entries, dropped, error
    finally:
        await source.aclose()
        await server.close()
    return entries, dropped, None


@pytest.mark.parametrize("path", OPENED, ids=lambda path: path.name)
async def test_recorded_tails_decode_without_loss(path: Any) -> None:
    entries, dropped, _ = await played(path)
    frames = [
        frame.get("payload_cut") or json.loads(frame["payload"])
        for frame in tail_of(path)["frames"]
        if frame.get("opcode") == WSMsgType.TEXT.name.lower()
    ]
    wire = [entry for frame in frames for entry in flat(frame["streams"] or [])]
    assert ours(tuple(entries)) == wire
    assert dropped == sum(len(frame.get("dropped_entries") or ()) for frame in frames)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.name)
async def test_tails_refused_before_the_upgrade_are_faults(path: Any) -> None:
    _, _, error = await played(path)
    assert error is not None
    response = tail_of(path)["response"]
    assert error.fault.detail == response["body"].strip()
    is_auth = response["status"] == 401
    assert error.fault.kind is (FaultKind.AUTH if is_auth else FaultKind.BAD_QUERY)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tail-max-duration.json", None),
        ("tail-too-many.json", FaultKind.RATE_LIMITED),
        ("tail-metric-query.json", FaultKind.BAD_QUERY),
        ("tail-start-in-future.json", FaultKind.PROTOCOL),
        ("tail-server-stops.json", FaultKind.UNREACHABLE),
        ("tail-no-match.json", FaultKind.UNREACHABLE),
    ],
)
async def test_the_reason_of_a_close_decides_what_the_end_means(
    name: str, kind: FaultKind | None
) -> None:
    _, _, error = await played(DATA / "loki" / name)
    assert (error.fault.kind if error else None) is kind
