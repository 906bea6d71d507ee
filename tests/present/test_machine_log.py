"""A batch of a node's own kernel log reads as each of its records does alone."""

from __future__ import annotations

from tests.model.kernel_lines import TROUBLE
from tui.model.log import Entry, LogBatch
from tui.present.glyphs import UNICODE
from tui.present.machine_log import kernel_line, kernel_lines
from widgets.values import Tone


def entries(texts: list[str]) -> tuple[Entry, ...]:
    labels = {"node": "10.10.0.40", "facility": "kern", "priority": "info"}
    return tuple(Entry(at, labels, text) for at, text in enumerate(texts))


def test_trouble_is_found_among_many_lines_as_in_one() -> None:
    calm = [f"eth0: link of port {number} is up" for number in range(50)]
    batch = LogBatch(entries([*calm, *(each[0] for each in TROUBLE), *calm]))
    lines = kernel_lines(batch, UNICODE, "wk-1")

    assert lines == tuple(kernel_line(e, UNICODE, "wk-1") for e in batch.entries)
    assert [line.key for line in lines[50:-50]] == [
        kernel_line(each, UNICODE).key for each in entries([t[0] for t in TROUBLE])
    ]
    assert all(line.key for line in lines[50:-50])
    assert not any(line.key for line in (*lines[:50], *lines[-50:]))
    assert lines[0].tone is Tone.TEXT
