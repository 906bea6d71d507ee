"""A port-forward leads through the API server: what harms that, harms both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.asking import Way, asked, restarted
from tests.faults.behind import Harmed, harmed_estate
from tests.faults.matrix import FORWARDED, Cell
from tui.engine.engine import Engine
from tui.model.fleet import SourceKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
CELLS = FORWARDED
TUNNEL = Way(
    "kubernetes",
    (
        SourceKind.KUBERNETES,
        SourceKind.PROMETHEUS,
        SourceKind.ALERTMANAGER,
        SourceKind.LOKI,
    ),
)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harmed]:
    with harmed_estate(tmp_path_factory.mktemp("tunnels")) as harmed:
        harmed.through_port_forwards()
        yield harmed


async def test_what_is_behind_a_port_forward_tells_what_harms_the_way(
    engine: Engine, estate: Harmed, cell: Cell
) -> None:
    await asked(engine, estate, TUNNEL, cell)


async def test_a_restart_of_the_api_server_is_survived(
    engine: Engine, estate: Harmed
) -> None:
    await restarted(engine, estate, TUNNEL)
