"""Options and fixtures that more than one folder of tests uses."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.pilot import hasten

# Else an assertion in there fails without a word of the values.
pytest.register_assert_rewrite("tests.faults.asking", "tests.faults.matrix")
hasten()

# Two processors are shared by many: how long one example takes says nothing of it.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-screenshots",
        action="store_true",
        help="draw screenshots/*.svg anew instead of comparing with them",
    )


LONGEST = (
    "e2e/test_silence_command",
    "serve/test_browser",
    "e2e/test_versions",
    "e2e/test_pipeline",
    "screens/test_nodes_depth",
    "e2e/test_nodes",
    "e2e/test_verdicts",
    "hostile/test_large",
    "screenshots/test_moving_pictures",
    "e2e/test_tape_story",
    "e2e/test_tape_killed",
    "e2e/test_engine",
    "serve/test_door",
    "e2e/test_review",
    "e2e/test_terminal",
    "screens/test_views",
    "faults/",
    "screenshots/test_screenshots",
    "e2e/",
)
"""Files of minutes, the longest first: one that is begun last is waited for alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first, the order within a file as it is."""
    items.sort(key=lambda item: _rank(item.path))


def pytest_collection_finish() -> None:
    """Never look through the tests and modules again for garbage, and seldom at all.

    A sixth of the time went into it: each app is some 100 000 objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _rank(path: Path) -> int:
    name = path.relative_to(Path(__file__).parent).as_posix()
    ranks = (rank for rank, each in enumerate(LONGEST) if name.startswith(each))
    return next(ranks, len(LONGEST))


@pytest.fixture(autouse=True, scope="module")
def nothing_left_to_others() -> Iterator[None]:
    """What a file leaves behind, an open socket for one, is found at its own end.

    Else it fails whichever test makes many objects next, and of the pure ones those of
    triage make most: no word of it says whose socket it was.
    """
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="session")
def a_memory_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes what the person who runs it has."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
