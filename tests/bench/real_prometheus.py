"""`python -m tests.bench.real_prometheus [TARGETS]`: Debian's Prometheus, many targets.

20,000 by default, from a file of service discovery: one in four is scraped from a small
exporter of this process, the others refuse. It is a bench and in no suite.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.bench.nodes import sampled
from tests.bench.run import Measure, Program, ptybenched, say, table
from tests.real.conftest import binary, free_port, running
from tui.config import Endpoint
from tui.sources.prometheus import PrometheusSource

TARGETS = 20_000
JOBS = 20
INTERVAL_SECONDS = 120
UP_EACH = 4
ASKED = 5
IDLE_SECONDS = 60
PRESSES = 100
CURSOR = r"regex:▌([^\n]+)"
COMPLETE = r"\d[\d,]*/\d[\d,]* up"


class Exporter(BaseHTTPRequestHandler):
    """Two metrics, whoever asks."""

    def do_GET(self) -> None:
        body = b"up_since 1\nrequests_total 7\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def exporter() -> Iterator[int]:
    """Its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def configure(folder: Path, targets: int, port: int) -> None:
    """A configuration with so many targets, told apart as an estate has them."""
    refusing = free_port()
    jobs: dict[str, list[dict[str, Any]]] = {}
    for number in range(targets):
        job = f"job-{number % JOBS:02d}"
        at = port if number % UP_EACH == 0 else refusing
        labels = {
            "instance": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}:9100",
            "namespace": f"ns-{number % 37}",
            "pod": f"exporter-{number:05d}",
            "node": f"node-{number % 300:03d}",
        }
        group = {"targets": [f"127.0.0.1:{at}"], "labels": labels}
        jobs.setdefault(job, []).append(group)
    scrapes = []
    for job, groups in jobs.items():
        (folder / f"{job}.json").write_text(json.dumps(groups))
        scrapes.append(
            f"  - job_name: {job}\n    file_sd_configs: [{{files: [{job}.json]}}]\n"
        )
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {INTERVAL_SECONDS}s, scrape_timeout: 10s}}\n"
        f"scrape_configs:\n{''.join(scrapes)}"
    )


async def asked(url: str) -> tuple[float, float, float, float]:
    """Seconds of Prometheus and megabytes of an answer, then compressed; and the CPU
    that our source takes for one, in seconds."""
    async with httpx.AsyncClient(timeout=60) as client:
        began = time.perf_counter()
        answers = [
            await client.get(
                f"{url}/api/v1/targets?state=active",
                headers={"Accept-Encoding": "gzip"},
            )
            for _ in range(ASKED)
        ]
        took = (time.perf_counter() - began) / ASKED
    last = answers[-1]
    packed = last.num_bytes_downloaded
    source = PrometheusSource(Endpoint((url,)), 60.0)
    await source.targets()
    before = time.process_time()
    for _ in range(ASKED):
        await source.targets()
    cpu = (time.process_time() - before) / ASKED
    await source.aclose()
    return took, len(last.content) / 1e6, packed / 1e6, cpu


def until_scraped(url: str, targets: int) -> None:
    """Wait until each was scraped once."""
    with httpx.Client(timeout=60) as client:
        for _ in range(INTERVAL_SECONDS * 3):
            answer = client.get(f"{url}/api/v1/query?query=count(up)").json()
            found = answer["data"]["result"]
            if found and int(found[0]["value"][1]) >= targets:
                return
            threading.Event().wait(1)


def shown(config: Path) -> Mapping[str, Any]:
    """The dashboard: all targets there, then keys in their view, then hands off."""
    command = (sys.executable, "-m", "tui", "--config", str(config))
    program = Program("taloscope", command, "taloscope", COMPLETE, "j,k", CURSOR)
    report = ptybenched(
        program,
        *("--timeout", "120", "--ready", program.data),
        *("--step", "press:t", "--step", "settle:1500", "--step", "sleep:5"),
        *("--on", program.on, "--presses", str(PRESSES)),
        *("--step", f"latency:{program.keys}", "--step", f"sample:{IDLE_SECONDS}"),
        *("--dump", str(config.parent / "screen.txt")),
    )
    run: Mapping[str, Any] = report["runs"][0]
    return run


MEASURES = (
    Measure("Prometheus answers /api/v1/targets in", "s"),
    Measure("its answer", "MB"),
    Measure("the same compressed", "MB"),
    Measure("CPU to ask and read one", "s"),
    Measure("start to all targets", "ms"),
    Measure("CPU, hands off, in the view of targets", "% of a core"),
    Measure("key to screen there, p50", "ms"),
    Measure("key to screen there, p99", "ms"),
    Measure("memory (RSS)", "MB"),
)


def main(arguments: list[str]) -> int:
    """Measure and print the table."""
    targets = int(arguments[0]) if arguments else TARGETS
    with tempfile.TemporaryDirectory() as name, exporter() as port:
        folder = Path(name)
        configure(folder, targets, port)
        address = f"127.0.0.1:{free_port()}"
        program = binary("prometheus")
        version = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True
        )
        with running(
            folder,
            f"http://{address}",
            program,
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address={address}",
        ) as url:
            say(f"waiting until {targets:,} targets were scraped ...")
            until_scraped(url, targets)
            told = asyncio.run(asked(url))
            config = folder / "config.toml"
            config.write_text(f'[clusters.real]\nprometheus = {{ url = "{url}" }}\n')
            run = shown(config)
            screen = (folder / "screen.txt").read_text()
    keys = (run.get("latency") or [{}])[0].get("first_ms", {})
    sample = sampled(run)
    ready = run.get("ready_ms") or [None]
    figures = [
        *told,
        ready[-1] if len(ready) > 1 else None,
        sample.get("cpu_percent"),
        keys.get("p50"),
        keys.get("p99"),
        sample.get("rss_mb", {}).get("max"),
    ]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    first = (version.stdout or version.stderr).splitlines()[0]
    sys.stdout.write(f"{first}\nload {load} on {os.cpu_count()} cores\n\n")
    sys.stdout.write(table(MEASURES, (f"{targets:,} targets",), [[x] for x in figures]))
    sys.stdout.write(f"\n{screen}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
