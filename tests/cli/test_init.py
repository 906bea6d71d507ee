"""`taloscope init --inventory` as an operator runs it, against the lab."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tui.config import load


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as started:
        yield started


def init(lab: RunningLab, *arguments: str) -> subprocess.CompletedProcess[str]:
    return lab.run("init", *arguments)


def config_with(folder: Path, text: str) -> Path:
    """The clusters of the lab with this inventory; nothing is dialled."""
    heads = "".join(f"[clusters.{name}]\ncontext = '{name}'\n" for name in CLUSTERS)
    path = folder / "config.toml"
    path.write_text(heads + text)
    return path


CLUSTERS = ("prod", "monit", "agentic")


def test_the_inventory_of_the_lab_is_what_its_config_says(
    lab: RunningLab, tmp_path: Path
) -> None:
    done = init(lab, "--inventory")
    assert (done.returncode, done.stderr) == (0, "")
    assert 'targets = ["10.10.0.40-43:9100"]' in done.stdout
    assert '"10.30.0.10:8006",  # down: TLS: unknown authority' in done.stdout
    mine = load(config_with(tmp_path, done.stdout)).clusters
    theirs = load(Path(lab.environment["TALOSCOPE_CONFIG"])).clusters
    for one, other in zip(mine, theirs, strict=True):
        wanted = {(t.job, t.instance) for t in other.inventory if t.expected}
        assert {(t.job, t.instance) for t in one.inventory if t.expected} == wanted


def test_a_file_is_not_overwritten_unless_one_says_so(
    lab: RunningLab, tmp_path: Path
) -> None:
    path = tmp_path / "inventory.toml"
    assert init(lab, "--inventory", "--output", str(path)).returncode == 0
    assert "[clusters.prod.inventory.talos-kubelets]" in path.read_text()
    path.write_text("mine")
    done = init(lab, "--inventory", "--output", str(path))
    assert done.returncode == 3
    assert "is there already" in done.stderr
    assert path.read_text() == "mine"
    done = init(lab, "--inventory", "--output", str(path), "--force")
    assert done.returncode == 0
    assert "[clusters.prod" in path.read_text()


def test_a_file_that_cannot_be_written_says_why(
    lab: RunningLab, tmp_path: Path
) -> None:
    done = init(lab, "--inventory", "--output", str(tmp_path / "no" / "file"))
    assert done.returncode == 3
    assert "No such file or directory" in done.stderr


def test_a_config_that_is_there_is_not_overwritten(lab: RunningLab) -> None:
    done = init(lab)
    assert done.returncode == 3
    assert "says something else" in done.stderr


def test_a_prometheus_that_is_silent_is_told_and_its_clusters_are_named(
    lab: RunningLab,
) -> None:
    lab.faults(("prometheus-down",))
    try:
        done = init(lab, "--inventory")
    finally:
        lab.faults(remove=("prometheus-down",))
    assert done.returncode == 2
    assert "prod, monit, agentic: " in done.stderr
    assert "# prod, monit, agentic: not read: " in done.stdout
