"""`python -m tests.bench.tape`: what recording costs, and two days of it gone back to.

The record is one hour through the real writer, from the lab's estate of tests/data with
news in every moment; the other hours are that one at other times, but for the one in
the middle, which is written too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace

from tests.bench.run import Measure, Program, ptybenched, say, table
from tui.cli.demo import running_lab
from tui.cli.taped import place
from tui.clock import SystemClock
from tui.model.bounds import Bounds
from tui.model.fleet import Cluster
from tui.model.log import Entry
from tui.model.taped import Taped, TapedLog
from tui.tape import framing
from tui.tape.shelf import Shelf
from tui.tape.taping import BEAT_SECONDS
from tui.tape.writer import _STAMP, Writer

HOURS = 48
KEPT = Path(__file__).parents[1] / "data" / "tape" / "format-1.tape"
RECORD_SECONDS = 300
NEWS = 12
"""New lines of each cluster in a moment."""
HOUR = timedelta(hours=1)
BEAT = timedelta(seconds=BEAT_SECONDS)
OPENED = (
    Measure(f"{HOURS} h of record", "MB"),
    Measure("opened, and its middle shown", "ms", 500),
    Measure("the marks of all hours", "ms"),
    Measure("five minutes further back", "ms", 500),
)
RECORDED = (
    Measure("recording, per hour", "MB", 5),
    Measure("CPU with recording", "% of a core"),
    Measure("CPU without", "% of a core"),
    Measure("recording", "% of a core", 1),
)


def moments(base: Taped, since: datetime, random: Random) -> Iterator[Taped]:
    """An hour of an estate in which each node and target has news in every moment."""
    fleet, logs = base.fleet, dict(base.logs)
    for number in range(int(HOUR / BEAT)):
        at = since + number * BEAT
        clusters = tuple(_news(each, at, random) for each in fleet.clusters)
        fleet = replace(fleet, clusters=clusters)
        for name, log in logs.items():
            news = (_line(each, at, random) for each in log.entries[:NEWS])
            logs[name] = TapedLog((*log.entries[NEWS:], *news), log.gaps)
        yield replace(base, at=at, fleet=fleet, logs=dict(logs))


def _news(cluster: Cluster, at: datetime, random: Random) -> Cluster:
    nodes = []
    for node in cluster.nodes:
        vitals = node.vitals.value
        value = vitals and replace(vitals, load1=random.random())
        vital = replace(node.vitals, observed_at=at, value=value)
        nodes.append(replace(node, vitals=vital))
    targets = []
    for row in cluster.targets or ():
        scraped = at - timedelta(seconds=random.random())
        target = row.target and replace(row.target, last_scrape=scraped)
        targets.append(replace(row, target=target))
    return replace(cluster, nodes=tuple(nodes), targets=tuple(targets))


def _line(entry: Entry, at: datetime, random: Random) -> Entry:
    at_ns = int(at.timestamp()) * 1_000_000_000
    return replace(entry, at_ns=at_ns, line=f"audit: prog-id={random.random()} op=LOAD")


def written(folder: Path, base: Taped, since: datetime) -> Path:
    """An hour through the writer."""
    hand = Writer(folder, "bench", Bounds(bytes=10**10), {})
    for taped in moments(base, since, Random(7)):
        hand.write(taped)
    hand.close()
    return hand.path


def moved(path: Path, since: datetime) -> None:
    """The same hour, written at another time."""
    data = path.read_bytes()
    _, first = framing.about(data, path.name)
    begun = datetime.strptime(path.name.partition("-")[0], _STAMP)  # noqa: DTZ007
    by = since - begun.replace(tzinfo=since.tzinfo)
    parts = [data[:first]]
    for block in framing.blocks(data, first):
        payload = framing.payload(data, block) or b""
        parts.append(framing.block(block.kind, block.at + by, payload))
    name = f"{since.strftime(_STAMP)}-bench.tape"
    (path.parent / name).write_bytes(b"".join(parts))


def two_days(folder: Path) -> datetime:
    """Write them; when they begin."""
    shelf = Shelf(KEPT)
    first, last = shelf.span()
    base = shelf.moment(last)
    path = written(folder, base, first)
    for number in range(1, HOURS):
        since = first + number * HOUR
        if number == HOURS // 2:
            written(folder, base, since)
        else:
            moved(path, since)
    return first


def opened() -> list[float | None]:
    """Go to the middle, as `replay --at` and the first `{` do."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = two_days(folder)
        size = sum(each.stat().st_size for each in folder.iterdir()) / 1e6
        middle = first + HOURS // 2 * HOUR + timedelta(minutes=34, seconds=58)
        began = clock.monotonic()
        shelf = Shelf(folder)
        shelf.span()
        assert shelf.moment(middle).at <= middle
        there = clock.monotonic()
        shelf.notes()
        marked = clock.monotonic()
        shelf.moment(middle - timedelta(minutes=5))
        back = clock.monotonic()
    return [
        size,
        (there - began) * 1e3,
        (marked - there) * 1e3,
        (back - marked) * 1e3,
    ]


def sampled(config: str, *, records: bool) -> tuple[float | None, float | None]:
    """CPU of a dashboard that nobody touches, in % of a core; MB an hour recorded."""
    path = Path(config)
    own = path.with_name(f"record-{records}.toml")
    own.write_text(f"{path.read_text()}\n[record]\nenabled = {str(records).lower()}\n")
    own.chmod(0o600)
    command = (sys.executable, "-m", "tui", "--config", str(own))
    ours = Program("taloscope", command, "taloscope", "TargetDown", "", "any")
    with tempfile.TemporaryDirectory() as state:
        counted = "du -cb */* | tail -1"
        folder = place({"XDG_STATE_HOME": state})
        steps = (f"sleep:{20}", f"sh:cd {folder} 2>/dev/null && {counted}")
        after = (f"sample:{RECORD_SECONDS}", steps[1])
        report = ptybenched(
            ours,
            *("--env", f"XDG_STATE_HOME={state}"),
            *(part for step in (*steps, *after) for part in ("--step", step)),
        )
        size = sum(each.stat().st_size for each in folder.glob("*.tape"))
    run: dict[str, Any] = report["runs"][0]
    cpu = (run.get("sample") or [{}])[0].get("cpu_percent")
    return cpu, size / 1e6 * 3600 / (RECORD_SECONDS + 20)


def recorded() -> list[float | None]:
    """With and without, on the same lab."""
    with running_lab(("--at", "1m"), SystemClock()) as variables:
        config = variables["TALOSCOPE_CONFIG"]
        cpu, size = sampled(config, records=True)
        bare, _ = sampled(config, records=False)
    cost = None if cpu is None or bare is None else cpu - bare
    return [size, cpu, bare, cost]


def main() -> int:
    """Measure and print the table."""
    say(f"{HOURS} hours ...")
    figures = opened()
    if "--quick" not in sys.argv:
        say("recording ...")
        figures += recorded()
    cells = [[each] for each in figures]
    sys.stdout.write(f"{os.cpu_count()} cores\n\n")
    measures = (OPENED + RECORDED)[: len(cells)]
    sys.stdout.write(table(measures, ("taloscope",), cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
