"""Debian's Alertmanager with alerts of a test's own, alone or with a peer."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.real.conftest import READY_SECONDS, binary, free_port

CONFIG = 'route:\n  receiver: "null"\nreceivers:\n  - name: "null"\n'
FAR = "2099-01-01T00:00:00Z"


class Server:
    """One Alertmanager that can be killed and started again with what it had stored."""

    def __init__(self, folder: Path, peer_of: Server | None = None) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.gossip = free_port()
        self._peer_of = peer_of
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        (folder / "alertmanager.yml").write_text(CONFIG)

    def start(self, *, is_alone: bool = False) -> None:
        """Start it, and wait until it answers."""
        command = [
            binary("prometheus-alertmanager", "alertmanager"),
            "--config.file=alertmanager.yml",
            "--storage.path=data",
            f"--web.listen-address={self.url.removeprefix('http://')}",
            *self._clustering(is_alone=is_alone),
        ]
        with (self.folder / "log").open("ab") as words:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdout=words, stderr=subprocess.STDOUT
            )
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, timeout=READY_SECONDS) as client:
            client.get(f"{self.url}/-/ready").raise_for_status()

    def send(self, sign: signal.Signals) -> None:
        """Stop it, or let it go on; a stop is waited for, threads end one by one."""
        assert self._process is not None
        self._process.send_signal(sign)
        threads = Path(f"/proc/{self._process.pid}/task")
        while sign is signal.SIGSTOP and not all(map(is_stopped, threads.iterdir())):
            pass

    def kill(self) -> None:
        """End it as a machine does that loses its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _clustering(self, *, is_alone: bool) -> list[str]:
        if is_alone:
            return ["--cluster.listen-address="]
        flags = [
            f"--cluster.listen-address=127.0.0.1:{self.gossip}",
            "--cluster.settle-timeout=0s",
            "--cluster.gossip-interval=50ms",
            "--cluster.pushpull-interval=1s",
            "--cluster.reconnect-interval=500ms",
        ]
        if self._peer_of is not None:
            flags.append(f"--cluster.peer=127.0.0.1:{self._peer_of.gossip}")
        return flags


async def amtool(url: str, *arguments: str) -> Any:
    """What amtool prints as JSON."""
    code, output, errors = await ran_amtool(url, *arguments)
    assert code == 0, errors
    return json.loads(output)


async def ran_amtool(url: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of amtool."""
    process = await asyncio.create_subprocess_exec(
        binary("amtool"),
        f"--alertmanager.url={url}",
        "--output=json",
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
    )
    async with asyncio.timeout(20):
        output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


async def send_alerts(url: str, labels: Iterable[Mapping[str, str]]) -> None:
    """Let these fire for long, and wait until they are listed."""
    sent = [{"labels": dict(each), "endsAt": FAR} for each in labels]
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        answer = await client.post("/api/v2/alerts", json=sent)
        answer.raise_for_status()
        while len((await client.get("/api/v2/alerts")).json()) < len(sent):
            pass


def is_stopped(thread: Path) -> bool:
    """By what the kernel says of it."""
    return (thread / "stat").read_text().rpartition(")")[2].split()[0] == "T"
