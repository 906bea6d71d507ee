"""Options and fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os

import pytest

from tests.pilot import hasten

hasten()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-screenshots",
        action="store_true",
        help="draw screenshots/*.svg anew instead of comparing with them",
    )


@pytest.fixture(autouse=True, scope="session")
def a_memory_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes what the person who runs it has."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
