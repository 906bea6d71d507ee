"""One lab for all that is served; nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.labs import RunningLab, running_lab


@pytest.fixture(scope="session")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "3m", "--speed", "0") as running:
        yield running
