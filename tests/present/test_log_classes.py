"""Classes of the kernel catalogue as words in a heading."""

from __future__ import annotations

from tui.present.glyphs import UNICODE
from tui.present.logs import chips


def test_errors_stand_first_and_of_them_the_gravest() -> None:
    found = {
        ("block", "error"): 2,
        ("ata", "warning"): 9,
        ("scsi", "error"): 17,
        ("btrfs", "error"): 1,
        ("iscsi", "error"): 3,
        ("no such class", "error"): 4,
    }
    told = "".join(span.text for span in chips(found, UNICODE))
    errors = "✖ 1 btrfs  ✖ 3 iscsi  ✖ 17 scsi  ✖ 2 block  ✖ 4 no such class"
    assert told == f"{errors}  ▲ 9 ata"
