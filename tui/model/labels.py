"""Label sets, and the fingerprint that Alertmanager makes of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Labels: TypeAlias = Mapping[str, str]
"""A label set. Never changed after it was made, though the type cannot say so."""

NO_LABELS: Labels = {}

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_MASK = 0xFFFFFFFFFFFFFFFF


def fingerprint(labels: Labels) -> str:
    """Alertmanager's name for a label set: 16 hex digits.

    wire    FNV-1a, 64 bit, over the labels sorted by name, each as name 0xff value 0xff
    """
    digest = _FNV_OFFSET
    for name in sorted(labels):
        for byte in f"{name}\0{labels[name]}\0".encode():
            digest = ((digest ^ (byte or 0xFF)) * _FNV_PRIME) & _MASK
    return f"{digest:016x}"


def matches(labels: Labels, wanted: Labels) -> bool:
    """Whether every wanted label is there with that very value."""
    return all(labels.get(name) == value for name, value in wanted.items())


def quoted(value: str) -> str:
    """A text as PromQL, LogQL and amtool write it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
