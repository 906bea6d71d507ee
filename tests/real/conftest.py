"""Debian's Prometheus and Alertmanager, started on free ports for the session."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

CONFIG = Path(__file__).parent / "config"
READY_SECONDS = 30


def binary(*names: str) -> str:
    """The first of these programs; none skips the test, but not in CI."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    if os.environ.get("CI"):
        pytest.fail(f"{names[0]} is not installed")
    pytest.skip(f"{names[0]} is not installed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def copy_config(folder: Path, ports: dict[str, int]) -> None:
    """The configs with their ports changed; ports that are not named stay closed."""
    for source in CONFIG.iterdir():
        text = re.sub(
            r"127\.0\.0\.1:(19\d{3})",
            lambda found: f"127.0.0.1:{ports.get(found[1], 1)}",
            source.read_text(),
        )
        (folder / source.name).write_text(text)


@contextmanager
def running(folder: Path, url: str, *command: str) -> Iterator[str]:
    """A server until it is not needed any more; its words are in a file beside it."""
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, cwd=folder, stdout=words, stderr=subprocess.STDOUT
        )
        try:
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(transport=transport, timeout=READY_SECONDS) as client:
                client.get(f"{url}/-/healthy").raise_for_status()
            yield url
        except httpx.HTTPError as error:
            pytest.fail(f"{command[0]}: {error}\n{log.read_text()}")
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    """Of the configs' ports those that are served here, and where."""
    return {"19090": free_port(), "19093": free_port()}


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory, ports: dict[str, int]) -> Path:
    folder = tmp_path_factory.mktemp("real")
    copy_config(folder, ports)
    return folder


@pytest.fixture(scope="session")
def alertmanager(config: Path, ports: dict[str, int]) -> Iterator[str]:
    """The URL of a running Alertmanager."""
    program = binary("prometheus-alertmanager", "alertmanager")
    address = f"127.0.0.1:{ports['19093']}"
    with running(
        config,
        f"http://{address}",
        program,
        "--config.file=alertmanager.yml",
        "--storage.path=alertmanager",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ) as url:
        yield url


@pytest.fixture(scope="session")
def prometheus(config: Path, ports: dict[str, int], alertmanager: str) -> Iterator[str]:
    """The URL of a running Prometheus that sends to the Alertmanager."""
    program = binary("prometheus")
    address = f"127.0.0.1:{ports['19090']}"
    with running(
        config,
        f"http://{address}",
        program,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=prometheus",
        f"--web.listen-address={address}",
        "--rules.alert.resend-delay=10s",
    ) as url:
        yield url
