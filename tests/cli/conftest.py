"""A home that holds a kubeconfig and a talosconfig of a lab, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.labs import RunningLab, furnish, running_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "3m", "--speed", "0") as started:
        yield started


@pytest.fixture
def home(lab: RunningLab, tmp_path: Path) -> Path:
    furnish(tmp_path, lab)
    return tmp_path
