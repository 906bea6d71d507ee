from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tests.faults import (
    test_alertmanager,
    test_clock,
    test_kubernetes,
    test_loki,
    test_loki_query,
    test_prometheus,
    test_talos,
    test_tunnel,
)

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()
COLUMNS: dict[str, ModuleType] = {
    "Prometheus": test_prometheus,
    "Alertmanager": test_alertmanager,
    "Loki": test_loki_query,
    "Loki tail": test_loki,
    "Kubernetes": test_kubernetes,
    "port-forward": test_tunnel,
    "apid": test_talos,
}


def told() -> Iterator[tuple[str, str]]:
    """The kinds and faults that the table has a tick for."""
    head = re.search(r"^\| fault \| (.*) \| what is done \|$", TEXT, re.MULTILINE)
    assert head is not None
    kinds = head[1].split(" | ")
    for line in re.findall(r"^\| `.*$", TEXT, re.MULTILINE):
        fault, *cells, _ = line.strip("| ").split(" | ")
        for kind, cell in zip(kinds, cells, strict=True):
            if cell == "✓":
                yield kind, fault.strip("`")


def tried() -> Iterator[tuple[str, str]]:
    for kind, module in COLUMNS.items():
        for cell in module.CELLS:
            yield kind, cell.fault
        assert [name for name in dir(module) if name.startswith("test_a_restart")]
        yield kind, "restart"
    for server in test_clock.TRIED:
        yield server.value.capitalize(), "clock"


def test_every_fault_that_is_tried_is_in_the_document_and_no_other() -> None:
    assert sorted(told()) == sorted(tried())


def test_the_document_counts_them() -> None:
    count = len(list(tried()))
    assert f"**{count} tried, {count} survived, 0 lost**" in TEXT
