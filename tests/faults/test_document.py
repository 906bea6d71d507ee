from __future__ import annotations

import re
from pathlib import Path

from tests.faults.matrix import GRPC, HTTP

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()


def test_every_fault_that_is_tried_is_in_the_document_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", TEXT, re.MULTILINE)
    tried = [*(cell.fault for cell in HTTP), "restart"]
    assert [fault for fault, _ in rows] == tried
    of_apid = {fault for fault, apid in rows if apid != "–"}
    assert of_apid == {cell.fault for cell in GRPC} | {"restart"}
