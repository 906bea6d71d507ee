"""The list of sources: what the newest attempt failed on, told once."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import LOKI, failing, make_source
from tests.judged import NOW
from tests.widgets.screen import Stage, screen_text
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind, SourceStatus
from tui.present.glyphs import UNICODE
from tui.present.sources import COLUMNS, rows
from widgets.row_table import RowTable


def told(fault: Fault) -> list[str]:
    """The lines below the row of a source that failed on this."""
    source = replace(make_source(SourceKind.LOKI, LOKI, "tail"), fault=fault)
    (row,) = rows({source: ("prod",)}, (), NOW, UNICODE)
    return ["".join(span.text for span in line) for line in row.details]


@pytest.mark.parametrize("detail", ["pods is forbidden", "pods is\n forbidden", ""])
def test_what_the_server_said_is_told_once(detail: str) -> None:
    fault = Fault(FaultKind.FORBIDDEN, "forbids this: pods is forbidden", detail)
    assert told(fault) == [fault.summary, fault.advice]


def test_a_detail_that_says_more_is_told_too() -> None:
    fault = Fault(FaultKind.FORBIDDEN, "forbids this", "HTTP 403")
    assert told(fault) == ["forbids this", "HTTP 403", fault.advice]


def test_what_talos_tells_of_a_whole_cluster_is_no_node() -> None:
    each = [make_source(SourceKind.TALOS, f"prod/{n}", "services") for n in (1, 2)]
    pods = make_source(SourceKind.TALOS, "prod", "static pods")

    def tally(*feeds: SourceStatus) -> str:
        return rows(dict.fromkeys(feeds, ("prod",)), (), NOW, UNICODE)[0].cells[3].text

    broken = failing(pods, FaultKind.TIMEOUT, "no answer")
    assert tally(*each, pods) == "2 nodes"
    assert tally(*each, broken) == "2 nodes, 1 of 1 feed"
    assert tally(pods) == "1 feed"


async def test_the_clusters_of_a_server_have_the_room_beside_few_feeds() -> None:
    source = make_source(SourceKind.LOKI, LOKI, "tail")
    table = RowTable(COLUMNS)
    table.rows = rows({source: ("prod", "monit", "agentic")}, (), NOW, UNICODE)
    app = Stage(table)
    async with app.run_test(size=(118, 5)):
        assert "prod, monit, agentic " in screen_text(app)
