"""Options and fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.pilot import hasten

hasten()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-screenshots",
        action="store_true",
        help="draw screenshots/*.svg anew instead of comparing with them",
    )


LONG = ("e2e", "serve", "screenshots", "real", "hostile")
"""Folders with files that take minutes: one that is begun last is waited for alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first, the order within a file as it is."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> tuple[int, int]:
    """Single long stories before files of many tests, both before all else."""
    folder = path.relative_to(Path(__file__).parent).parts[0]
    if folder not in LONG:
        return len(LONG), 0
    return LONG.index(folder), path.stat().st_size


@pytest.fixture(autouse=True, scope="session")
def a_memory_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes what the person who runs it has."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
