"""One estate and one engine for all faults of a file."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.faults.behind import Harmed, harmed_estate
from tests.faults.cells import Feed
from tests.faults.matrix import reading
from tui.engine.engine import Engine


@pytest.fixture(autouse=True, scope="module")
def nothing_to_look_through() -> Iterator[None]:
    """What other files left behind is not looked through while a step is timed."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_to_collect() -> Iterator[None]:
    """What a fault leaves behind is collected before another can be blamed for it."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harmed]:
    with harmed_estate(tmp_path_factory.mktemp("harmed")) as harmed:
        yield harmed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(estate: Harmed) -> AsyncIterator[Engine]:
    async with reading(estate) as running:
        yield running


@pytest.fixture
def feed(request: pytest.FixtureRequest) -> Feed:
    """What the file is about."""
    return request.module.KIND, request.module.FEED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each cell of the file."""
    if "cell" in metafunc.fixturenames:
        cells = metafunc.module.CELLS
        metafunc.parametrize("cell", cells, ids=lambda cell: cell.fault)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A dial that is cut off on a busy machine leaves its socket to the collector.

    httpx gives no hand on it; the soak shows that none is left.
    """
    for item in items:
        if "tests/faults" in str(item.path):
            for category in (
                "pytest.PytestUnraisableExceptionWarning",
                "ResourceWarning",
            ):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{category}"))
