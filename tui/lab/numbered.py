"""Numbered kernel lines, so that a test sees at once which line is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tui.lab.estate import LabLine, LabNode

KEPT = 5000  # lines that fit into the kernel's ring buffer

_MICROSECOND = timedelta(microseconds=1)
_MILLION = 1_000_000


def numbered_lines(
    node: LabNode, rate: int, after: timedelta, until: timedelta
) -> Iterator[LabLine]:
    """Lines with after < at <= until; line n comes n/rate seconds into the story."""
    first = (after // _MICROSECOND) * rate // _MILLION
    last = (until // _MICROSECOND) * rate // _MILLION + 1
    for number in range(max(first, last - KEPT, 0), last + 1):
        at = timedelta(microseconds=number * _MILLION // rate)
        if after < at <= until:
            message = f"lab: numbered line {number:09d}"
            yield LabLine(
                at,
                node.cluster,
                node.address,
                "kernel",
                "kern",
                "info",
                message,
                3_000_000 + number,
            )
