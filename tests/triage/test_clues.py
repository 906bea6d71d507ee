"""Which lines tell what a device is, and which only look like it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tui.model.log import Entry
from tui.model.storage import Clues
from tui.triage.clues import noted

AT_NS = 1_772_158_427_000_000_000
UUID = "3c1c1d3e-0b1d-4a53-9d3e-5a7f7cf8d1a2"
IQN = "iqn.2005-10.org.freenas.ctl:media"


def entry(line: str, at_ns: int = AT_NS, node: str = "wk-1") -> Entry:
    return Entry(at_ns, {"host": node}, json.dumps({"msg": line}))


@pytest.mark.parametrize(
    ("line", "kind", "device", "value"),
    [
        ("sd 3:0:0:1: [sdc] Attached SCSI disk", "attached", "sdc", "3:0:0:1"),
        (
            f"BTRFS info (device sdc): first mount of filesystem {UUID}",
            *("mounted", "sdc", UUID),
        ),
        (
            f"EXT4-fs (sdc1): mounted filesystem {UUID} r/w with ordered data mode.",
            *("mounted", "sdc1", UUID),
        ),
        (f"XFS (dm-0): Mounting V5 Filesystem {UUID}", "mounted", "dm-0", UUID),
        (
            f"iscsid: Connection2:0 to [target: {IQN}, portal: 10.10.0.10,3260] "
            "through [iface: default] is operational now",
            *("login", "session2", IQN),
        ),
    ],
)
def test_a_line_tells_what_a_device_is(
    line: str, kind: str, device: str, value: str
) -> None:
    clue = noted(Clues(), [entry(line)]).of("wk-1", kind, device)
    assert clue is not None
    assert (clue.value, clue.at) == (value, datetime.fromtimestamp(AT_NS / 1e9, UTC))


@pytest.mark.parametrize(
    "line",
    [
        "sd 3:0:0:1: [sdc] Synchronizing SCSI cache",
        f"BTRFS info (device sdc): last unmount of filesystem {UUID}",
        "iscsid: connection2:0 is operational after recovery (1 attempts)",
        "XFS (sdc): Unmounting Filesystem",
    ],
)
def test_lines_that_look_alike_tell_nothing(line: str) -> None:
    assert noted(Clues(), [entry(line)]) == Clues()


def test_the_newest_word_on_a_device_stays_whatever_the_order() -> None:
    old = entry("sd 3:0:0:1: [sdc] Attached SCSI disk")
    new = entry("sd 4:0:0:1: [sdc] Attached SCSI disk", AT_NS + 10**9)
    for entries in ([old, new], [new, old]):
        clue = noted(Clues(), entries).of("wk-1", "attached", "sdc")
        assert clue is not None
        assert clue.value == "4:0:0:1"


def test_each_node_has_clues_of_its_own() -> None:
    line = "sd 3:0:0:1: [sdc] Attached SCSI disk"
    found = noted(Clues(), [entry(line)])
    assert found.of("wk-2", "attached", "sdc") is None
