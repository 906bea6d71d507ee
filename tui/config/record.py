"""Reads the table about the record: whether there is one, how long, how large."""

from __future__ import annotations

import re

from tui.config.table import Table
from tui.model.bounds import Bounds

_AGE = re.compile(r"(\d+)([hd])")
_SIZE = re.compile(r"(\d+)\s*([MG])B")
_MOST_HOURS = 3650 * 24
_LEAST_BYTES = 10_000_000


def record(table: Table) -> Bounds:
    """How much the operator wants recorded."""
    plain = Bounds()
    kept = table.parsed("keep", hours)
    most = table.parsed("size", size)
    found = Bounds(
        table.flag("enabled", default=True), kept or plain.hours, most or plain.bytes
    )
    table.finish()
    return found


def hours(text: str) -> float:
    """Hours of `48h` or `7d`.

    raise   ValueError with a sentence
    """
    found = _AGE.fullmatch(text)
    if found is None or not int(found[1]):
        raise ValueError('must be hours or days such as "48h" or "7d"')
    kept = int(found[1]) * (24.0 if found[2] == "d" else 1.0)
    if kept > _MOST_HOURS:
        raise ValueError('must be "3650d" or less')
    return kept


def size(text: str) -> int:
    """Bytes of `500MB` or `2GB`.

    raise   ValueError with a sentence
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError('must be a size such as "500MB" or "2GB"')
    most = int(found[1]) * (1_000_000 if found[2] == "M" else 1_000_000_000)
    if most < _LEAST_BYTES:
        raise ValueError('must be "10MB" or more')
    return most
