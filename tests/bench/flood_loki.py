# ruff: noqa: T201, TID251 - a server of its own, at the pace of the real clock
"""A Loki that talks much: numbered kernel lines at a pace, over its own protocol.

    python -m tests.bench.flood_loki FILE

It prints its URL. `/flow?rate=N` sets the pace, `/burst?count=N` adds so many within a
second, `/pushed` tells how many there are. FILE gets the same lines, for programs that
read files. What is asked as a range or counted is computed, so that it costs little.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from pathlib import Path

from aiohttp import WSMsgType, web

BEAT_SECONDS = 0.05
LINES_PER_FRAME = 100
STREAM = {
    "cluster": "prod",
    "host": "10.10.0.40",
    "job": "talos-kernel",
    "level": "info",
    "service_name": "talos-kernel",
    "talos_service": "kernel",
}
_HEAD = f'{{"stream":{json.dumps(STREAM)},"values":[['
_TAIL = ',{"structuredMetadata":{"detected_level":"info"}}]]}'


class Flood:
    """All entries since the start: their times, and who listens."""

    def __init__(self, file: Path) -> None:
        self.rate = 0.0
        self.times: list[int] = []
        self.texts: list[str] = []
        self.seconds: Counter[int] = Counter()
        """How many there are by the second, as Loki counts them."""
        self._due = 0.0
        self._bursts: list[int] = []
        self._tails: set[web.WebSocketResponse] = set()
        self._file = file.open("a", buffering=1 << 20)

    async def run(self) -> None:
        """Write what is due, twenty times a second."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            self._due += self.rate * (now - before)
            if self._bursts:
                self._due += self._bursts.pop()
            before, count = now, int(self._due)
            self._due -= count
            if count:
                await self._write(count)

    async def _write(self, count: int) -> None:
        first, begin = len(self.times), time.time_ns()
        stamp = f"t={time.monotonic():.3f} of a kernel that talks"
        texts = [f"lab: line {n:09} {stamp}" for n in range(first, first + count)]
        self.times += range(begin, begin + count)
        second = -(-begin // 10**9)
        inside = min(count, second * 10**9 - begin + 1)
        self.seconds.update({second: inside, second + 1: count - inside})
        self.texts += texts
        self._file.write("".join(f"{text}\n" for text in texts))
        self._file.flush()
        for start in range(first, first + count, LINES_PER_FRAME):
            body = self._frame(start, min(start + LINES_PER_FRAME, first + count))
            for tail in tuple(self._tails):
                with suppress(ConnectionError):  # who went away takes itself out
                    await tail.send_str(body)

    def _frame(self, start: int, end: int) -> str:
        streams = (
            f'{_HEAD}"{at}","{text}"{_TAIL}'
            for at, text in zip(
                self.times[start:end], self.texts[start:end], strict=True
            )
        )
        return f'{{"streams":[{",".join(streams)}]}}'

    async def tail(self, request: web.Request) -> web.WebSocketResponse:
        """The live ones; of the past nothing, that is what ranges are for."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._tails.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._tails.discard(socket)
        return socket

    async def range(self, request: web.Request) -> web.Response:
        """Entries of a range, forward, or their number by the second."""
        start, end = int(request.query["start"]), int(request.query["end"])
        if request.query["query"].startswith("sum"):
            first, last = start // 10**9, end // 10**9
            points = [
                [second, str(self.seconds[second])]
                for second in range(first, last + 1)
                if self.seconds.get(second)
            ]
            found = [{"metric": {}, "values": points}] if points else []
            data = {"resultType": "matrix", "result": found}
            return web.json_response({"status": "success", "data": data})
        low, high = bisect_left(self.times, start), bisect_left(self.times, end)
        limit = int(request.query["limit"])
        if request.query["direction"] == "backward":
            low = max(low, high - limit)
            numbers = range(high - 1, low - 1, -1)
        else:
            numbers = range(low, min(high, low + limit))
        values = ",".join(
            f'["{self.times[n]}","{self.texts[n]}"'
            ',{"structuredMetadata":{"detected_level":"info"}}]'
            for n in numbers
        )
        one = f'{{"stream":{json.dumps(STREAM)},"values":[{values}]}}'
        body = f'{{"resultType":"streams","result":[{one if values else ""}]}}'
        text = f'{{"status":"success","data":{body}}}'
        return web.Response(text=text, content_type="application/json")

    async def flow(self, request: web.Request) -> web.Response:
        """Another pace."""
        self.rate = float(request.query["rate"])
        return web.Response(text="ok\n")

    async def burst(self, request: web.Request) -> web.Response:
        """So many more, within one second."""
        beats = int(1 / BEAT_SECONDS)
        self._bursts += [int(request.query["count"]) // beats] * beats
        return web.Response(text="ok\n")

    async def pushed(self, _: web.Request) -> web.Response:
        """How many there are."""
        return web.Response(text=f"{len(self.times)}\n")


async def rules(_: web.Request) -> web.Response:
    """A ruler without rules."""
    return web.json_response({"status": "success", "data": {"groups": []}})


async def main() -> None:
    """Serve until killed."""
    flood = Flood(Path(sys.argv[1]))
    app = web.Application()
    add = app.router.add_get
    add("/loki/api/v1/tail", flood.tail)
    add("/loki/api/v1/query_range", flood.range)
    add("/prometheus/api/v1/rules", rules)
    for handler in (flood.flow, flood.burst, flood.pushed):
        add(f"/{handler.__name__}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await flood.run()


if __name__ == "__main__":
    asyncio.run(main())
