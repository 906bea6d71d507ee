# ruff: noqa: T201, TID251 - it prints, and pushes at the pace of the real clock
"""Pushes numbered entries to the lab's Loki and compares them with what arrives.

    python -m tests.soak.run --entries 1000000 --rate 1667

Meanwhile every tail is cut each seven seconds and loses a third of what is new without
a word, each query takes 300 ms, fifty entries share each nanosecond, some come late.
The last line is `pushed N lost N doubled N gaps N`; it fails on a loss or a double.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from array import array
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from tests.e2e.labs import RunningLab, running_lab
from tests.soak.reader import GAP, MARK, READY

AT_ONCE = 50
"""Entries in one nanosecond."""
CUT_EVERY_SECONDS = 7.0
CUT_SECONDS = 0.5
LATE_EVERY, LATE_SECONDS = 37, 5.0
"""One batch of so many comes that late, with its old time."""
PATIENCE_SECONDS = 60.0
"""How long nothing may arrive before the rest is called lost."""
FAULTS = ("loki-slow", "loki-tail-lossy")


@dataclass
class Tally:
    """What arrived of so many entries."""

    entries: int
    seen: bytearray = field(init=False)
    gaps: int = 0
    arrived: int = 0
    ready: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.seen = bytearray(self.entries)

    def take(self, data: bytes) -> None:
        """Count the numbers in whole words of four bytes."""
        for number in array("I", data):
            if number == GAP:
                self.gaps += 1
            elif number == READY:
                self.ready.set()
            else:
                self.seen[number] = min(self.seen[number] + 1, 255)
                self.arrived += 1

    @property
    def lost(self) -> int:
        """Pushed and never arrived."""
        return self.seen.count(0)

    @property
    def doubled(self) -> int:
        """Arrived more often than once, all times counted but the first."""
        return sum(count - 1 for count in self.seen if count > 1)

    def __str__(self) -> str:
        counts = f"lost {self.lost} doubled {self.doubled} gaps {self.gaps}"
        return f"pushed {self.entries} {counts}"


class Pusher:
    """Pushes numbered entries at a pace, and cuts the tails meanwhile."""

    def __init__(self, lab: RunningLab, entries: int, rate: float) -> None:
        self._lab = lab
        self._entries = entries
        self._rate = rate
        self._late: deque[tuple[float, bytes]] = deque()

    def run(self) -> None:
        """Until all is pushed, late ones too."""
        done = threading.Event()
        cutter = threading.Thread(target=self._cut, args=(done,))
        cutter.start()
        started = time.monotonic()
        try:
            for first in range(0, self._entries, AT_ONCE):
                self._wait(started + first / self._rate)
                body = self._body(first)
                if first // AT_ONCE % LATE_EVERY == LATE_EVERY - 1:
                    self._late.append((time.monotonic() + LATE_SECONDS, body))
                else:
                    self._push(body)
            while self._late:
                self._wait(self._late[0][0])
        finally:
            done.set()
            cutter.join()

    def _wait(self, until: float) -> None:
        time.sleep(max(0.0, until - time.monotonic()))
        while self._late and self._late[0][0] <= time.monotonic():
            self._push(self._late.popleft()[1])

    def _body(self, first: int) -> bytes:
        numbers = range(first, min(first + AT_ONCE, self._entries))
        at = str(time.time_ns())
        values = [[at, f"{MARK}{number}"] for number in numbers]
        labels = {"cluster": "prod", "job": "talos-kernel", "host": "10.10.0.40"}
        return json.dumps({"streams": [{"stream": labels, "values": values}]}).encode()

    def _push(self, body: bytes) -> None:
        url = f"{self._lab.environment['LOKI_URL']}/loki/api/v1/push"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204

    def _cut(self, done: threading.Event) -> None:
        while not done.wait(CUT_EVERY_SECONDS - CUT_SECONDS):
            self._lab.faults(add=("loki-tail-cut",))
            done.wait(CUT_SECONDS)
            self._lab.faults(remove=("loki-tail-cut",))


def soak(entries: int, rate: float, patience: float = PATIENCE_SECONDS) -> Tally:
    """Run it whole; the tally of what arrived."""
    tally = Tally(entries)
    with running_lab("--at", "1m") as lab:
        config = lab.environment["TALOSCOPE_CONFIG"]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.soak.reader", config],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as reader:
            assert reader.stdout is not None
            pipe = reader.stdout
            collector = threading.Thread(target=_collect, args=(pipe, tally))
            collector.start()
            try:
                assert tally.ready.wait(60), "the product did not start"
                lab.faults(add=FAULTS)
                Pusher(lab, entries, rate).run()
                _wait_for_rest(tally, patience)
                print(_spent(reader.pid, entries), flush=True)
            finally:
                reader.kill()
                collector.join()
    return tally


def _collect(pipe: IO[bytes], tally: Tally) -> None:
    while data := pipe.read(4):
        tally.take(data)


def _wait_for_rest(tally: Tally, patience: float) -> None:
    """Until all has arrived and nothing more comes, or nothing came for long."""
    arrived, since = -1, time.monotonic()
    while tally.lost and time.monotonic() - since < patience:
        if tally.arrived != arrived:
            arrived, since = tally.arrived, time.monotonic()
        time.sleep(0.2)
    time.sleep(5.0)


def _spent(pid: int, entries: int) -> str:
    """CPU time and memory of the product so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    status = Path(f"/proc/{pid}/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    each = seconds / entries * 1e6
    return f"product: {seconds:.1f} s CPU, {each:.0f} µs an entry, {peak:.0f} MB"


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=1_000_000 / 600)
    asked = parser.parse_args()
    started = datetime.now(UTC)
    tally = soak(asked.entries, asked.rate)
    print(f"took {(datetime.now(UTC) - started).total_seconds():.0f} s")
    print(tally)
    return 1 if tally.lost or tally.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
