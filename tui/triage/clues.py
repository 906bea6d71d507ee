"""Lines of a kernel log that tell which device is what: no trouble, but evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from tui.model.kernel import text_of
from tui.model.log import Entry
from tui.model.storage import Clue, Clues
from tui.model.unix import of_ns
from tui.triage.kernel_log import node_of

_WORDS = ("Attached SCSI disk", "filesystem ", "is operational now", "Filesystem ")
_UUID = r"([0-9a-f]{8}-[0-9a-f-]{27})"
_MOUNTED = r"first mount of filesystem|mounted filesystem|Mounting V\d Filesystem"
_KINDS = (
    (
        "attached",
        re.compile(r"sd (?P<value>[\d:]+): \[(?P<device>\w+)\] Attached SCSI disk"),
    ),
    (
        "mounted",
        re.compile(
            r"(?:BTRFS info \(device |EXT4-fs \(|XFS \()(?P<device>[^\s:)]+)"
            rf"[^)]*\): (?:{_MOUNTED}) (?P<value>{_UUID})"
        ),
    ),
    (
        "login",
        re.compile(
            r"iscsid(?:\[\d+\])?: [Cc]onnection(?P<device>\d+):\d+ to "
            r"\[target: (?P<value>[^\s,\]]+), .*is operational now"
        ),
    ),
)
MOST = 5_000
"""Clues that are kept: a node that attaches disks all day is no reason to grow."""


def noted(clues: Clues, entries: Sequence[Entry]) -> Clues:
    """The clues after these entries; the newest of each kind and device stays."""
    text = "\n".join([entry.line for entry in entries])
    if not any(word in text for word in _WORDS):
        return clues
    found = [
        clue
        for entry in entries
        if any(word in entry.line for word in _WORDS)
        if (clue := _clue(entry)) is not None
    ]
    if not found:
        return clues
    kept = dict(clues.found)
    for each in found:
        key = (each.node, each.kind, each.device)
        old = kept.pop(key, None)
        kept[key] = old if old is not None and old.at > each.at else each
    for key in list(kept)[: max(0, len(kept) - MOST)]:
        del kept[key]
    return replace(clues, found=kept)


def _clue(entry: Entry) -> Clue | None:
    text = text_of(entry.line)
    for kind, pattern in _KINDS:
        if hit := pattern.search(text):
            device = f"session{hit['device']}" if kind == "login" else hit["device"]
            at = of_ns(entry.at_ns)
            return Clue(node_of(entry), kind, device, hit["value"], at, text)
    return None
