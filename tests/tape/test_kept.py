"""What an earlier version recorded is read by this one, whatever has become of it.

The files in tests/data/tape are never written anew: `write_kept.py` makes one for each
format.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.tape.raw import objects
from tui.model.alert import Verdict
from tui.model.fleet import Fleet
from tui.tape.framing import VERSION
from tui.tape.packing import CLASS
from tui.tape.shelf import Shelf
from tui.tape.unpacking import _class

FOLDER = Path(__file__).parents[1] / "data" / "tape"
FILES = sorted(FOLDER.glob("*.tape"))
GONE: frozenset[str] = frozenset()
"""Classes and `class.field`s that are no longer known, and are missed by nobody."""


def verdict(fleet: Fleet, name: str) -> Verdict:
    (prod,) = (each for each in fleet.clusters if each.name == "prod")
    (found,) = (each for each in prod.alerts or () if each.alert.name == name)
    return found.verdict


def test_there_is_a_file_of_each_format() -> None:
    names = [path.stem for path in FILES]
    assert names == [f"format-{number}" for number in range(1, VERSION + 1)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_incident_is_read_as_it_was_told(path: Path) -> None:
    shelf = Shelf(path)
    first, last = shelf.span()
    assert last - first > timedelta(seconds=40)
    before, after = shelf.moment(first + timedelta(seconds=12)), shelf.moment(last)
    assert verdict(before.fleet, "KubeProxyDown") is Verdict.FALSE_POSITIVE
    assert verdict(after.fleet, "KubeProxyDown") is Verdict.REAL
    assert all(
        node.vitals.value for each in after.fleet.clusters for node in each.nodes
    )
    assert any("iscsi" in each.line for each in after.logs["prod"].entries)
    assert any(each.subject.name == "KubeProxyDown" for each in after.memory.changes)
    told = [each.text for each in shelf.notes() if each.tone == "real"]
    assert any("KubeProxyDown false → ✖ REAL: Cilium agent" in each for each in told)
    assert shelf.problems == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_that_was_written_has_lost_its_name(path: Path) -> None:
    unknown = set()
    for kind, *parts in objects(path):
        if kind != CLASS:
            continue
        module, name, fields = parts
        found = _class(module, name)
        if found is None:
            unknown.add(name)
        known = getattr(found, "__struct_fields__", ())
        unknown |= {f"{name}.{field}" for field in fields if field not in known}
    assert unknown <= GONE
